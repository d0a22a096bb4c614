// History has one step for each thing the user does, and none for what a slider passes on its way.
(() => {
  if (window.reidvizHistory) return;
  window.reidvizHistory = true;
  const SLID = ['dial', 'threshold'];
  let acted = false;

  function settled(url) {
    const found = new URL(url, location.href), kept = [...found.searchParams].filter(([name]) => !SLID.includes(name));
    return found.pathname + JSON.stringify(kept);
  }

  const push = history.pushState.bind(history);
  history.pushState = (state, title, url) => {
    const step = acted && settled(url) !== settled(location.href);
    acted = false;
    step ? push(state, title, url) : history.replaceState(state, title, url);
  };
  window.addEventListener('popstate', () => {
    acted = false;
    if (!location.search.includes('data=')) history.back();  // that of a page before it was first drawn
  });
  for (const kind of ['pointerdown', 'keydown']) window.addEventListener(kind, () => { acted = true; }, true);
})();
