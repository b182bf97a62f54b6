// Runs before everything else. A file, not inline: the policy forbids inline scripts.
(function () {
  // A dark page must never flash light: the theme stands before the first paint.
  var kept = null;
  try {
    kept = localStorage.getItem('leadline-theme');
  } catch (_) {
    // Storage can be refused by the browser's settings; the system's preference is used then.
  }
  var dark = kept === 'dark' || (kept !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.add(dark ? 'dark' : 'light');

  // zod tries whether code may be made from text, which the policy refuses and the browser reports. Told here, before any
  // schema is made, it does not try (https://zod.dev/api#jitless).
  globalThis.__zod_globalConfig = { jitless: true };
})();
