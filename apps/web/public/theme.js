// Runs before the first paint so that a dark page never flashes light. A file, not inline: the policy forbids inline scripts.
(function () {
  var kept = null;
  try {
    kept = localStorage.getItem('leadline-theme');
  } catch (_) {
    // Storage can be refused by the browser's settings; the system's preference is used then.
  }
  var dark = kept === 'dark' || (kept !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.add(dark ? 'dark' : 'light');
})();
