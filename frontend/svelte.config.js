/** Svelte's own settings, read by Vite, svelte-check and editors alike. */
export default {
  compilerOptions: { runes: true },
}
