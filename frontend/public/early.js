// Runs before the first paint and before the page's own code. Sets the theme, so that no window flashes white in a dark
// room, and shows the shell of the face that was last seen (vite.config.ts puts both into the page). What it reads was left
// by lib/state/appearance.svelte.ts and lib/state/program.svelte.ts, which decide from then on.
(function () {
  var root = document.documentElement
  var theme = 'system'
  var stage = 'start'
  try {
    theme = localStorage.getItem('pd.theme') || theme
    stage = localStorage.getItem('pd.stage') || stage
  } catch (_) { /* storage may be off */ }
  if (theme !== 'light' && theme !== 'dark') theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  root.dataset.theme = theme
  root.dataset.shell = stage === 'start' ? 'start' : 'search'
  // What is chosen before there is anything that could answer is kept.
  document.addEventListener('click', function (event) {
    if (event.target.closest('#shell button')) root.dataset.chosen = ''
  })
  // The key that leads to the search box does so from the first pixel on. src/shell.ts takes over.
  document.addEventListener('keydown', function early(event) {
    var box = root.dataset.shell === 'search' ? document.querySelector('#shell input') : null
    if (!document.getElementById('shell')) return document.removeEventListener('keydown', early)
    if (!box || event.key !== '/' || document.activeElement === box) return
    event.preventDefault()
    box.focus()
  })
})()
