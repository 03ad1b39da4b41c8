/// <reference types="vitest/config" />
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, runnerImport, type Plugin } from 'vite'

const dist = fileURLToPath(new URL('./dist', import.meta.url))

/**
 * What the page may load. Only in builds: Vite's live reload needs inline styles and a socket.
 * Styles set from scripts go through the CSSOM, which the policy lets pass.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

function contentPolicy(): Plugin {
  return {
    name: 'content-policy',
    apply: 'build',
    transformIndexHtml: () => [{ tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: policy }, injectTo: 'head-prepend' }],
  }
}

/** The class that scopes the styles of a component. Named after it, so that the shell can wear them. */
const scope = (component: string): string => `s-${component}`

/** Puts the shell into the page. Only in builds: with live reload its styles come later than itself. */
function shelled(): Plugin {
  return {
    name: 'shell',
    apply: 'build',
    async transformIndexHtml(html) {
      const { module } = await runnerImport<typeof import('./shell.html')>(fileURLToPath(new URL('./shell.html.ts', import.meta.url)))
      return html.replace('<div id="app"></div>', `${module.shell(scope)}\n    <div id="app"></div>`)
    },
  }
}

/**
 * Removes what an older build left, once the new one is complete. Vite would empty the folder before building, and a
 * build that fails would leave the Go program nothing to embed.
 */
function sweep(): Plugin {
  return {
    name: 'sweep',
    apply: 'build',
    writeBundle(_, bundle) {
      const assets = join(dist, 'assets')
      for (const name of readdirSync(assets)) if (!(`assets/${name}` in bundle)) rmSync(join(assets, name))
    },
  }
}

export default defineConfig(({ mode }) => ({
  plugins: [svelte({ compilerOptions: { cssHash: ({ name }) => scope(name) } }), shelled(), contentPolicy(), sweep()],
  resolve: {
    alias: { $lib: fileURLToPath(new URL('./src/lib', import.meta.url)) },
    // Vitest takes the server's half of Svelte otherwise.
    ...(mode === 'test' ? { conditions: ['browser'] } : {}),
  },
  server: { strictPort: false, host: '127.0.0.1' },
  build: {
    outDir: 'dist',
    emptyOutDir: false,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 300,
  },
  test: {
    // A document costs a second a file: tests that need one say so in their first line.
    environment: 'node',
    include: ['src/**/*.test.ts'],
  },
}))
