// A walk through everything that the page can show, for suites that look at each scene.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../harness/program.mjs'
import { until } from '../harness/tap.mjs'

const terminal = join(root, 'build', 'bin', 'pixel-detective')
const one = join('2013', '100CANON', 'IMG_6011.JPG')

/** PIXEL_DETECTIVE_LOOKS_MANY=20000 visits a library of so many photos, too: that takes minutes. */
const many = Number(process.env.PIXEL_DETECTIVE_LOOKS_MANY ?? 0)

/** What a page looks like: both sizes that the design names, both themes. @typedef {{ theme: 'light' | 'dark', width: number, height: number }} Variant */
/** @type {Variant[]} */
export const variants = [
  { theme: 'light', width: 1280, height: 800 },
  { theme: 'dark', width: 1280, height: 800 },
  { theme: 'light', width: 800, height: 600 },
  { theme: 'dark', width: 800, height: 600 },
]

/**
 * Visits every scene in every variant: visit(scene, variant, page).
 * @param {(scene: string, variant: Variant, page: import('playwright-core').Page) => Promise<void>} visit
 */
export async function tour(here, visit, { only = variants } = {}) {
  const walk = new Walk(here, visit, only)
  await walk.nothing()
  await walk.zero()
  await walk.one()
  await walk.whole()
  await walk.trouble()
  if (many > 0) await walk.many()
}

class Walk {
  #here
  #visit
  #variants
  /** @type {{ variant: Variant, page: import('playwright-core').Page }[]} */
  #pages = []

  constructor(here, visit, chosen) {
    this.#here = here
    this.#visit = visit
    this.#variants = chosen
  }

  /** A computer without a single photo. */
  async nothing() {
    const program = this.#here.program()
    await this.#open(program)
    await this.#scene('start-nothing', (page) => page.getByRole('button', { name: 'Choose a folder…' }).waitFor())
    await this.#leave(program)
  }

  /** Folders that hold no photo. */
  async zero() {
    const program = this.#here.program()
    mkdirSync(program.photos, { recursive: true })
    this.#index(program)
    await this.#open(program)
    await this.#scene('library-zero', (page) => page.getByRole('heading', { name: /^No photos in/ }).waitFor())
    await this.#leave(program)
  }

  /** A library of one photo. */
  async one() {
    const program = this.#here.program()
    mkdirSync(program.photos, { recursive: true })
    program.addSample(one, 'one.jpg')
    date(program)
    this.#index(program)
    await this.#open(program)
    await this.#scene('browse-one', (page) => photos(page, 1))
    await this.#scene('search-one', async (page) => {
      await ask(page, 'birds')
    })
    await this.#leave(program)
  }

  /** From Start to every view of a library of all sample photos. */
  async whole() {
    const program = this.#here.program()
    program.addSample()
    date(program)
    await this.#open(program)
    await this.#scene('start', async (page) => {
      await page.getByRole('button', { name: 'Look through Pictures' }).waitFor()
      await page.getByText('The lit one is the newest').waitFor({ state: 'attached' })
    })
    await this.#pages[0].page.getByRole('button', { name: 'Look through Pictures' }).click()
    await until('the first photos are seen', () => this.#pages[0].page.locator('.photos img').count().then((n) => n > 0), 90)
    await this.#pages[0].page.getByRole('button', { name: 'Pause' }).first().click()
    await this.#scene('preparing', async (page) => {
      await page.getByText('Paused').first().waitFor()
    })
    await this.#pages[0].page.getByRole('button', { name: 'Go on' }).first().click()
    for (const { page } of this.#pages) await page.getByText('All searchable').waitFor({ timeout: 90_000 })
    await this.#library()
    await this.#leave(program)
  }

  async #library() {
    await this.#scene('browse', (page) => photos(page, 5))
    await this.#scene('search', (page) => ask(page, 'drums and a guitar'))
    await this.#scene('evidence', async (page) => {
      await page.locator('button.evidence').first().click()
      await page.getByRole('heading', { name: 'Why this photo' }).waitFor()
    })
    await this.#scene('end', async (page) => {
      await page.keyboard.press('Escape')
      await ask(page, 'a cat')
      await page.getByText('Nothing more fits').scrollIntoViewIfNeeded()
    })
    await this.#scene('none', async (page) => {
      await ask(page, 'submarine')
      await page.getByRole('heading', { name: 'No photo fits' }).waitFor()
      await page.getByRole('heading', { name: /nearest/ }).waitFor({ timeout: 5_000 }).catch(() => undefined)
    })
    await this.#scene('viewer', async (page) => {
      await ask(page, 'castle')
      await tiles(page).first().click()
      await page.getByRole('heading', { name: 'Most alike' }).waitFor()
    })
    await this.#scene('palette', async (page) => {
      await page.keyboard.press('Escape')
      await tiles(page).first().focus()
      await page.keyboard.press('Control+k')
      await page.getByRole('dialog').waitFor()
    })
    await this.#scene('keys', async (page) => {
      await page.keyboard.press('Escape')
      await tiles(page).first().focus()
      await page.keyboard.press('?')
      await page.getByRole('dialog').waitFor()
    })
    await this.#scene('menu', async (page) => {
      await page.keyboard.press('Escape')
      await tiles(page).first().click({ button: 'right' })
      await page.getByRole('menu').waitFor()
    })
    for (const view of ['Models', 'Settings', 'Folders']) {
      await this.#scene(view.toLowerCase(), async (page) => {
        if (view === 'Models') await page.keyboard.press('Escape')
        await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: view }).click()
        await page.getByRole('heading', { name: view, level: 1 }).waitFor()
      })
    }
  }

  /** Files that could not be taken in. */
  async trouble() {
    const program = this.#here.program()
    program.addSample('2022')
    date(program)
    for (const [i, name] of ['scan_0093.tif', 'IMG_2207.JPG', 'holiday.heic'].entries()) writeFileSync(join(program.photos, name), 'no picture'.repeat(50 + i))
    this.#index(program)
    await this.#open(program)
    await this.#scene('failures', async (page) => {
      await page.getByRole('button', { name: /Set aside/ }).click()
      await page.getByText('scan_0093.tif').waitFor()
    })
    await this.#leave(program)
  }

  /** A large library. */
  async many() {
    const program = this.#here.program()
    program.addSample()
    this.#index(program)
    execFileSync('python3', [join(root, 'frontend', 'e2e', 'looks', 'multiply.py'), program.library, program.photos, String(many)])
    await this.#open(program)
    await this.#scene('browse-many', (page) => photos(page, 5))
    await this.#scene('search-many', (page) => ask(page, 'a cat'))
    await this.#leave(program)
  }

  /** Takes the photos of a program in by the terminal. */
  #index(program) {
    // It says by its exit code that some could not be taken in.
    spawnSync(terminal, ['--library', program.library, 'index', '--quiet', program.photos], { env: { ...process.env, HOME: program.home }, stdio: 'ignore' })
  }

  async #open(program) {
    await program.open()
    for (const variant of this.#variants) this.#pages.push({ variant, page: await this.#here.page(program, variant) })
  }

  async #leave(program) {
    for (const { page } of this.#pages) await page.context().close()
    this.#pages = []
    await program.close()
  }

  async #scene(name, reach) {
    for (const { variant, page } of this.#pages) {
      await page.bringToFront()
      await reach(page)
      await rest(page)
      await this.#visit(name, variant, page)
    }
  }
}

/** Gives files the time at which their photo was taken, as cameras do; those that do not know it, one day in 2004. */
function date(program) {
  const lines = readFileSync(join(root, 'build', 'sample', 'photos.tsv'), 'utf8').split('\n').filter((line) => line && !line.startsWith('#'))
  const taken = new Map(lines.map((line) => line.split('\t')).map(([file, , when]) => [file, when]))
  for (const file of readdirSync(program.photos, { recursive: true })) {
    const when = new Date(`${taken.get(file) || taken.get(`2022/${file}`) || '2004-05-16T12:00:00'}Z`)
    utimesSync(join(program.photos, file), when, when)
  }
}

const tiles = (page) => page.locator('[role="option"][data-index]')

/** Waits until at least so many photos are on screen, and grid and strip hold all that the search box speaks of. */
async function photos(page, n) {
  await until(`${n} photos are on screen`, async () => {
    if ((await tiles(page).count()) < n) return false
    const all = /[\d,]+/.exec((await page.getByRole('searchbox').getAttribute('placeholder')) ?? '')?.[0].replaceAll(',', '')
    if (all !== (await tiles(page).first().getAttribute('aria-setsize', { timeout: 1000 }).catch(() => ''))) return false
    if (all !== (await page.locator('[data-photos]').getAttribute('data-photos', { timeout: 1000 }).catch(() => ''))) return false
    return tiles(page).evaluateAll((all) => all.every((tile) => tile.querySelector('img')))
  })
}

/** Asks, and waits for the answer of the model. */
async function ask(page, words) {
  const box = page.getByRole('searchbox')
  await box.fill(words)
  await box.press('Enter')
  await until(`“${words}” is answered`, () => page.getByText(/in [\d.]+ (ms|s)$|^No photo fits$/).first().isVisible())
}

/** Waits until every picture is decoded, fonts are there and two frames went by without a change of the page. */
async function rest(page) {
  await page.mouse.move(600, 2)
  await until('every picture is decoded', () =>
    page.evaluate(async () => {
      await document.fonts.ready
      const images = [...document.images].filter((image) => image.src && image.getBoundingClientRect().bottom > 0 && image.getBoundingClientRect().top < innerHeight)
      return images.every((image) => image.complete && image.naturalWidth > 0)
    }), 60).catch(() => undefined)
  await page.evaluate(() => new Promise((done) => {
    let timer = setTimeout(done, 500)
    new MutationObserver(() => {
      clearTimeout(timer)
      timer = setTimeout(done, 500)
    }).observe(document.body, { subtree: true, childList: true, attributeFilter: ['src', 'style', 'class'] })
    setTimeout(done, 4000)
  }))
}
