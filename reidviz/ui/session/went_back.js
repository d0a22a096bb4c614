// The address that somebody went back to; one that tells nothing is that of a page before it was first drawn.
export default function ({ setTriggerValue }) {
  const tell = () => {
    if (!location.search.includes('data=')) history.back();
    else setTriggerValue('address', location.pathname + location.search);
  };
  window.addEventListener('popstate', tell);
  return () => window.removeEventListener('popstate', tell);
}
