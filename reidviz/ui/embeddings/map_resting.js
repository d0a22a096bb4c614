// The image of the point that the mouse rests on, and its nearest neighbours as rings on both maps.
const now = { x: 0, y: 0, wanted: null, send: null };

function card() {
  let found = document.getElementById('rv-hover');
  if (!found) {
    found = document.createElement('div');
    found.id = 'rv-hover';
    found.setAttribute('role', 'tooltip');
    document.querySelector('.stApp').appendChild(found);
  }
  return found;
}

function hide() { now.wanted = null; card().style.display = 'none'; }

function rested({ detail }) {
  Object.assign(now, { x: detail.x, y: detail.y, wanted: detail.row });
  now.send('row', detail.row);
}

export default function ({ data, setTriggerValue }) {
  now.send = setTriggerValue;
  if (data.row && data.row === now.wanted) {
    const shown = card(), image = document.createElement('img'), words = document.createElement('div');
    image.src = data.image; image.alt = words.textContent = data.told;
    shown.replaceChildren(image, words);
    shown.style.display = 'block';
    const box = shown.getBoundingClientRect();
    shown.style.left = Math.min(now.x + 16, innerWidth - box.width - 8) + 'px';
    shown.style.top = Math.max(8, Math.min(now.y - box.height / 2, innerHeight - box.height - 8)) + 'px';
    document.dispatchEvent(new CustomEvent('rv-map-neighbours', { detail: data.near }));
  }
  document.addEventListener('rv-map-rest', rested);
  document.addEventListener('rv-map-leave', hide);
  return () => {
    document.removeEventListener('rv-map-rest', rested);
    document.removeEventListener('rv-map-leave', hide);
    hide();
  };
}
