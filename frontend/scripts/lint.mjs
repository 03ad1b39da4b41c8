// Checks what no type checker sees: rules of the page that hold for every source file.
import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const src = join(root, 'src')

const rules = [
  { name: 'data is never written as HTML', where: /\.svelte$/, bad: /\{@html/ },
  { name: 'no any', where: /\.(ts|svelte)$/, bad: /(:|as|<)\s*any\b/ },
  { name: 'only lib/api calls the program', where: /\.(ts|svelte)$/, except: /^lib\/api\//, bad: /\bfetch\(|window\.go\b|wailsjs/ },
  { name: 'state does not know components', where: /^lib\/state\//, bad: /from '.*(components\/|views\/|\/[A-Z]\w*\.svelte')/ },
  { name: 'colours come from tokens', where: /\.svelte$/, bad: /#[0-9a-f]{3,8}\b(?=[\s;,)])|\b(rgba?|hsla?|oklch)\(/i },
  { name: 'no notes to come back', where: /./, comments: true, bad: /\b(TODO|FIXME|XXX)\b/ },
  { name: 'no forgotten console', where: /\.(ts|svelte)$/, except: /^startup\.ts$|\.test\.ts$/, bad: /console\.(log|debug|info)\(/ },
]

const files = readdirSync(src, { recursive: true, withFileTypes: true }).filter((e) => e.isFile() && /\.(ts|svelte|css)$/.test(e.name))
let broken = 0
for (const entry of files) {
  const path = join(entry.parentPath, entry.name)
  const name = relative(src, path).replaceAll('\\', '/')
  const lines = readFileSync(path, 'utf8').split('\n')
  for (const rule of rules) {
    if (!rule.where.test(name) || rule.except?.test(name)) continue
    lines.forEach((line, i) => {
      if (!rule.bad.test(rule.comments ? line : line.replace(/(^|\s)(\/\/|\*|\/\*).*$/, ''))) return
      console.error(`src/${name}:${i + 1}: ${rule.name}`)
      broken++
    })
  }
}
process.exitCode = broken > 0 ? 1 : 0
