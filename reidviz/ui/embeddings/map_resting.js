const DWELL = 220; // milliseconds that the mouse rests on a point
const now = { x: 0, y: 0, wanted: null, timer: null, send: null };

function card() {
  let found = document.getElementById('rv-hover');
  if (!found) {
    found = document.createElement('div');
    found.id = 'rv-hover';
    found.setAttribute('role', 'tooltip');
    document.body.appendChild(found);
  }
  return found;
}

function hide() { clearTimeout(now.timer); now.wanted = null; card().style.display = 'none'; }

function rest() {
  now.wanted = pointOf(now.chart);
  if (now.wanted) now.send('row', now.wanted);
}

function moved(event) {
  const chart = chartAt(event);
  if (Math.abs(event.clientX - now.x) + Math.abs(event.clientY - now.y) < 3 && chart) return;
  now.x = event.clientX; now.y = event.clientY; now.chart = chart;
  hide();
  if (chart && !event.buttons) now.timer = setTimeout(rest, DWELL);
}

export default function ({ data, setTriggerValue, parentElement }) {
  now.send = setTriggerValue;
  const shown = card();
  const theme = getComputedStyle(parentElement.host ?? parentElement);
  for (const name of ['--st-background-color', '--st-text-color'])
    shown.style.setProperty(name, theme.getPropertyValue(name));
  if (data.row && data.row === now.wanted) {
    shown.replaceChildren();
    const image = document.createElement('img'), words = document.createElement('div');
    image.src = data.image; image.alt = words.textContent = data.told;
    shown.append(image, words);
    shown.style.display = 'block';
    const box = shown.getBoundingClientRect();
    shown.style.left = Math.min(now.x + 16, innerWidth - box.width - 8) + 'px';
    shown.style.top = Math.max(8, Math.min(now.y - box.height / 2, innerHeight - box.height - 8)) + 'px';
  }
  document.addEventListener('mousemove', moved, true);
  document.addEventListener('mousedown', hide, true);
  return () => {
    document.removeEventListener('mousemove', moved, true);
    document.removeEventListener('mousedown', hide, true);
    hide();
  };
}
