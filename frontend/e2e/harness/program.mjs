// The real program behind the page: its process, its library, its home and its folders of photos.
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from './tap.mjs'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')
const executable = join(root, 'build', 'bin', 'pixel-detective-window-dev')
/** Somebody who owns nothing: nobody, by number. Modes do not bind root. */
const NOBODY = 65534

const sample = join(root, 'build', 'sample', 'photos')

/** Builds the window with its development server. */
export function build() {
  execFileSync('go', ['build', '-tags', 'dev,webkit2_41,sqlite_fts5', '-o', executable, '.'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
}

async function freePort() {
  const server = createServer()
  await new Promise((done) => server.listen(0, 'localhost', done))
  const { port } = server.address()
  await new Promise((done) => server.close(done))
  return port
}

/** The command line of a process; empty where there is none. */
function lineOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}

/** One library with its home and photos in a folder that is removed at the end, and the window on it while it is open. */
export class Program {
  folder = mkdtempSync(join(tmpdir(), 'pixel-detective-e2e-'))
  home = join(this.folder, 'home')
  library = join(this.folder, 'library')
  photos = join(this.home, 'Pictures')
  log = ''
  url = ''
  #process
  #ended
  /** What runs the window: root lets somebody else do it where modes shall bind. */
  #runner = []

  constructor() {
    mkdirSync(this.home)
  }

  /** Copies sample photos, all or those below one folder, below the person's Pictures. */
  addSample(from = '.', to = from) {
    cpSync(join(sample, from), join(this.photos, to), { recursive: true })
  }

  /** Makes the library one that can only be read, for windows that are opened from now on. */
  freeze() {
    if (process.getuid() === 0) {
      chmodSync(this.folder, 0o755)
      for (const name of ['.', ...readdirSync(this.home, { recursive: true })]) chownSync(join(this.home, name), NOBODY, NOBODY)
      this.#runner = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
      return
    }
    for (const name of ['.', ...readdirSync(this.library, { recursive: true })]) chmodSync(join(this.library, name), 0o555)
  }

  /** Starts the window; returns when its page is served. */
  async open({ args = [], env = {} } = {}) {
    const port = await freePort()
    this.url = `http://localhost:${port}/`
    const [command, ...before] = [...this.#runner, 'xvfb-run']
    const child = spawn(command, [...before, '-a', '-s', '-screen 0 1280x900x24', executable, '--library', this.library, '--log-level', 'info', ...args], {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: this.home, XDG_CONFIG_HOME: join(this.home, '.config'), XDG_DATA_HOME: join(this.home, '.local/share'),
        XDG_RUNTIME_DIR: this.folder, assetdir: join(root, 'frontend', 'dist'), devserver: `localhost:${port}`, LIBGL_ALWAYS_SOFTWARE: '1', ...env,
      },
    })
    this.#process = child
    child.stdout.on('data', (text) => (this.log += text))
    child.stderr.on('data', (text) => (this.log += text))
    this.#ended = new Promise((done) => child.on('exit', done))
    await until('the page is served', () => fetch(this.url).then((r) => r.ok, () => false), 60)
  }

  /** Process ids of the window and of everything below it, with their command lines. Workers know of no home: they are known by their parent. */
  processes() {
    const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
      try {
        const line = lineOf(pid)
        const parent = Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')[1])
        const ours = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`HOME=${this.home}\0`) || line.includes(this.library)
        return [{ pid: Number(pid), parent, line, ours }]
      } catch {
        return []
      }
    })
    const found = new Set(all.filter(({ ours }) => ours).map(({ pid }) => pid))
    for (let before = -1; before !== found.size; ) {
      before = found.size
      for (const { pid, parent } of all) if (found.has(parent)) found.add(pid)
    }
    return all.filter(({ pid }) => found.has(pid)).map(({ pid, line }) => ({ pid, line }))
  }

  window() {
    return this.processes().find(({ line }) => line.startsWith(executable))
  }

  /** Ends the window as the system would, and says which processes it left after two seconds. */
  async close() {
    if (!this.#process) return []
    const before = this.processes().filter(({ line }) => line.includes('pixel-detective'))
    const window = this.window()
    if (window) process.kill(window.pid, 'SIGTERM')
    const timer = setTimeout(() => process.kill(-this.#process.pid, 'SIGKILL'), 20_000)
    await this.#ended
    clearTimeout(timer)
    this.#process = undefined
    const left = () => before.filter(({ pid, line }) => lineOf(pid) === line)
    await until('no process is left', () => left().length === 0, 2).catch(() => undefined)
    return left()
  }

  /** Kills the window and everything below it, as a loss of power would. */
  async kill() {
    for (const { pid } of this.processes()) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // it was gone already
      }
    }
    await this.#ended
    this.#process = undefined
  }

  async remove() {
    await this.close()
    if (process.getuid() !== 0 && existsSync(this.library)) for (const name of ['.', ...readdirSync(this.library, { recursive: true })]) chmodSync(join(this.library, name), 0o755)
    if (existsSync(this.folder)) rmSync(this.folder, { recursive: true, force: true })
  }
}
