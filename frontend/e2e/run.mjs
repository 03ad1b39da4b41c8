// Runs the suites one after the other and prints TAP. See README.md.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Browser } from './harness/browser.mjs'
import { Program, build, root } from './harness/program.mjs'
import { Tap } from './harness/tap.mjs'

const suites = join(dirname(fileURLToPath(import.meta.url)), 'suites')
const words = process.argv.slice(2)
const chosen = readdirSync(suites).filter((name) => name.endsWith('.mjs') && (words.length === 0 || words.some((w) => name.includes(w)))).sort()

build()
const tap = new Tap()
for (const name of chosen) {
  const browser = new Browser()
  await browser.start()
  const programs = []
  const pages = []
  const here = {
    tap,
    browser,
    program: () => (programs.push(new Program()), programs.at(-1)),
    page: async (...args) => (pages.push(await browser.page(...args)), pages.at(-1)),
  }
  // What was on the screen, and what the program said, is kept for whoever looks into it.
  tap.onFailure = async (test) => {
    const out = join(root, 'build', 'out', 'e2e')
    mkdirSync(out, { recursive: true })
    const file = join(out, `${name.replace('.mjs', '')}-${test.replaceAll(/\W+/g, '-').slice(0, 60)}`)
    await pages.at(-1)?.screenshot({ path: `${file}.png` }).catch(() => undefined)
    writeFileSync(`${file}.log`, programs.map((p) => p.log).join('\n---\n'))
    console.log(`# screen and log: ${file.slice(root.length + 1)}.png, .log`)
  }
  try {
    const { default: suite } = await import(join(suites, name))
    await suite(here)
    await tap.test(`${name}: no script of the page failed`, async () => {
      if (browser.complaints.length) throw new Error(browser.complaints.join('\n'))
    })
  } catch (thrown) {
    await tap.test(`${name}: could be run`, async () => Promise.reject(thrown))
  } finally {
    await browser.stop()
    for (const program of programs) await program.remove()
  }
}
process.exit(tap.end())
