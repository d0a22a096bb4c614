const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), [tabindex="0"]';
let last = null;

function typing(event) {
  const at = event.composedPath()[0];
  return event.ctrlKey || event.metaKey || event.altKey || at.isContentEditable
    || ['INPUT', 'TEXTAREA', 'SELECT'].includes(at.tagName) && at.type !== 'range' && at.type !== 'radio';
}

// The element that holds what had the focus, by the key that outlives the next run.
function keyOf(element) {
  return element.closest('[class*=st-key-]')?.className.match(/st-key-[^\s]+/)?.[0] ?? null;
}

function remember(event) { last = { key: keyOf(event.target), list: event.target.closest('[data-testid=stHorizontalBlock]') }; }

function forget() { last = null; }

// Where a run has taken away or disabled what had the focus, it goes to what stands in its place, else beside it.
function keepFocus() {
  if (!last || document.activeElement !== document.body) return;
  const places = [last.key && document.querySelector('.' + CSS.escape(last.key)), last.list?.isConnected && last.list];
  const next = places.map(place => place && place.querySelector(FOCUSABLE)).find(Boolean)
    ?? document.querySelector('[data-testid=stMain] ' + FOCUSABLE.split(', ').join(', [data-testid=stMain] '));
  next?.focus({ preventScroll: true });
}

function listOf(number) {
  const row = document.querySelectorAll('.rv-row')[number - 1];
  row?.scrollIntoView({ block: 'center' });
  (row?.querySelector('[data-card]'))?.focus({ preventScroll: true });
}

function exported() {
  [...document.querySelectorAll('[data-testid=stMain] button')]
    .find(button => button.innerText.includes('Export') && button.offsetParent)?.click();
}

export default function ({ parentElement }) {
  const [copy, keys, dialog] = ['.copy', '.keys', 'dialog'].map(name => parentElement.querySelector(name));
  copy.onclick = async () => {
    if (!navigator.clipboard) {  // pages that come over plain HTTP have none
      copy.replaceWith(Object.assign(document.createElement('output'), { textContent: location.href }));
      return;
    }
    await navigator.clipboard.writeText(location.href);
    copy.textContent = 'Copied';
    setTimeout(() => { copy.textContent = 'Copy link'; }, 1500);
  };
  keys.onclick = () => dialog.showModal();

  const pressed = event => {
    if (typing(event)) return;
    if (event.key === '?') dialog.open || dialog.showModal();
    else if (event.key === 'e' || event.key === 'E') exported();
    else if (/^[1-9]$/.test(event.key)) listOf(Number(event.key));
  };
  const watch = setInterval(keepFocus, 300);
  const heard = { keydown: pressed, focusin: remember, pointerdown: forget };
  for (const [kind, what] of Object.entries(heard)) document.addEventListener(kind, what);
  return () => {
    clearInterval(watch);
    for (const [kind, what] of Object.entries(heard)) document.removeEventListener(kind, what);
  };
}
