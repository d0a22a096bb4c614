let send = null, owner = null;

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

// Cards look as if they could be clicked as soon as they can (style.css). Of two that are drawn one after the other, the
// former goes when the latter is there already.
export default function ({ setTriggerValue, parentElement }) {
  send = setTriggerValue;
  owner = parentElement;
  document.addEventListener('click', clicked);
  document.addEventListener('keydown', pressed);
  document.addEventListener('keydown', marked);
  document.documentElement.dataset.cards = 'open';
  return () => {
    if (owner !== parentElement) return;
    document.removeEventListener('click', clicked);
    document.removeEventListener('keydown', pressed);
    document.removeEventListener('keydown', marked);
    delete document.documentElement.dataset.cards;
  };
}
