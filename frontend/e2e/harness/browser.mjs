// The browser, its pages, and what they complain of.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

const quiet = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

/**
 * Whether an error is of Wails' scripts for development alone: its web socket, which ends with the program and falls out
 * under load, and the drop target that no page of a browser has. The window of the program has neither.
 */
const ofDevelopment = (text) => /\/wails\//.test(text) && /WebSocket connection|reading '(send|EventsNotify|nodes)'/.test(text)

export class Browser {
  #folder = mkdtempSync(join(tmpdir(), 'pixel-detective-chromium-'))
  #browser
  /** What pages complained of: errors of scripts and of the console. @type {string[]} */
  complaints = []

  async start() {
    this.#browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: quiet, env: { ...process.env, HOME: this.#folder } })
  }

  /** A new page on a program, as a new window would be. */
  async page(program, { width = 1280, height = 800, theme = 'light', hash = '', motion = false } = {}) {
    const context = await this.#browser.newContext({ viewport: { width, height }, colorScheme: theme, reducedMotion: motion ? 'no-preference' : 'reduce' })
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const page = await context.newPage()
    page.setDefaultTimeout(30_000)
    page.on('pageerror', (error) => {
      if (!ofDevelopment(`${error.message}\n${error.stack}`)) this.complaints.push(error.message)
    })
    page.on('console', (message) => {
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text()) && !ofDevelopment(message.text())) this.complaints.push(message.text())
    })
    await page.goto(program.url + hash)
    return page
  }

  async stop() {
    await this.#browser?.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** What axe-core finds wrong with a page, one line each. */
export async function violations(page) {
  await page.evaluate(axe)
  const found = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }).then((r) => r.violations), rules)
  return found.map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`)
}
