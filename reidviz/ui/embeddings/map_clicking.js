let down = null, send = null;

function pressed(event) { down = chartAt(event) ? [event.clientX, event.clientY] : null; }

function clicked(event) {
  const chart = chartAt(event), tool = chart?._fullLayout?.dragmode;
  if (!down || !['lasso', 'select'].includes(tool)) return;
  if (Math.abs(event.clientX - down[0]) + Math.abs(event.clientY - down[1]) > 3) return;
  const point = pointOf(chart);
  if (point) send('row', point);
}

export default function ({ setTriggerValue }) {
  send = setTriggerValue;
  document.addEventListener('mousedown', pressed, true);
  document.addEventListener('click', clicked, true);
  return () => {
    document.removeEventListener('mousedown', pressed, true);
    document.removeEventListener('click', clicked, true);
  };
}
