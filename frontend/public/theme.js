// Sets the theme before the first paint, so that no window flashes white in a dark room. What it reads was left by
// lib/state/appearance.svelte.ts, which decides from then on.
(function () {
  var theme = 'system'
  try { theme = localStorage.getItem('pd.theme') || theme } catch (_) { /* storage may be off */ }
  if (theme !== 'light' && theme !== 'dark') theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  document.documentElement.dataset.theme = theme
})()
