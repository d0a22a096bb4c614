export default function ({ parentElement }) {
  const button = parentElement.querySelector('button'), said = button.textContent;
  button.onclick = async () => {
    if (!navigator.clipboard) {  // pages that come over plain HTTP have none
      button.replaceWith(Object.assign(document.createElement('output'), { textContent: location.href }));
      return;
    }
    await navigator.clipboard.writeText(location.href);
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = said; }, 1500);
  };
}
