let send = null;

function cardOf(event) {
  return event.target.closest?.('[data-card]');
}

function clicked(event) {
  const card = cardOf(event);
  if (card) send('card', card.dataset.card);
}

// A key that marks the card with the focus, else the one under the mouse.
function marked(event) {
  const at = event.composedPath()[0];
  if (event.ctrlKey || event.metaKey || event.altKey || ['INPUT', 'TEXTAREA', 'SELECT'].includes(at.tagName)) return;
  const card = document.activeElement?.closest?.('[data-card]') ?? document.querySelector('[data-card]:hover');
  const key = event.key.toLowerCase();
  if (card && 'axsu'.includes(key) && key.length === 1) send('mark', key + ' ' + card.dataset.card);
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
  document.addEventListener('keydown', marked);
  return () => {
    document.removeEventListener('click', clicked);
    document.removeEventListener('keydown', pressed);
    document.removeEventListener('keydown', marked);
  };
}
