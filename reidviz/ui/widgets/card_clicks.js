let send = null;

function cardOf(event) {
  return event.target.closest?.('[data-card]');
}

function clicked(event) {
  const card = cardOf(event);
  if (card) send('card', card.dataset.card);
}

function pressed(event) {
  const card = ['Enter', ' '].includes(event.key) && cardOf(event);
  if (!card) return;
  event.preventDefault();
  send('card', card.dataset.card);
}

export default function ({ setTriggerValue }) {
  send = setTriggerValue;
  document.addEventListener('click', clicked);
  document.addEventListener('keydown', pressed);
  return () => {
    document.removeEventListener('click', clicked);
    document.removeEventListener('keydown', pressed);
  };
}
