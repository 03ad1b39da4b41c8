/** The colours and the font that drawings use, by role. Read once a theme, not once a square. */
export interface Ink {
  pixel: string
  dim: string
  lit: string
  /** Lit squares glow, as they do on dark ground. */
  glows: boolean
  text: string
  muted: string
  faint: string
  ground: string
  panel: string
  yours: string
  font: string
}

/** Reads the roles of the theme that is on now. */
export function readInk(element: Element = document.documentElement): Ink {
  const style = getComputedStyle(element)
  const role = (name: string) => style.getPropertyValue(name).trim()
  return {
    pixel: role('--pixel'),
    dim: role('--pixel-dim'),
    lit: role('--pixel-lit'),
    glows: role('--lit-glow') !== 'none' && role('--lit-glow') !== '',
    text: role('--text'),
    muted: role('--text-muted'),
    faint: role('--text-faint'),
    ground: role('--surface-0'),
    panel: role('--surface-1'),
    yours: role('--yours'),
    font: role('--font') || 'system-ui',
  }
}

/** What a canvas covers, in device pixels. Drawings are laid out in these, so that every edge falls on a pixel. */
export interface Size {
  width: number
  height: number
  /** Device pixels in a CSS pixel. */
  ratio: number
}

/** Sizes the canvas and hands its cleared context. Null where there is no 2D context. */
export function prepare(canvas: HTMLCanvasElement, size: Size): CanvasRenderingContext2D | null {
  if (canvas.width !== size.width) canvas.width = size.width
  if (canvas.height !== size.height) canvas.height = size.height
  const g = canvas.getContext('2d')
  g?.clearRect(0, 0, size.width, size.height)
  return g
}

/** Calls back with the size of an element now and whenever it, or the screen's density, changes. Returns the end of it. */
export function observeSize(element: Element, changed: (size: Size) => void): () => void {
  const report = () => {
    const { width, height } = element.getBoundingClientRect()
    const ratio = devicePixelRatio || 1
    changed({ width: Math.round(width * ratio), height: Math.round(height * ratio), ratio })
  }
  const observer = new ResizeObserver(report)
  observer.observe(element)
  let density: MediaQueryList | undefined
  const follow = () => {
    density?.removeEventListener('change', follow)
    density = matchMedia(`(resolution: ${devicePixelRatio}dppx)`)
    density.addEventListener('change', follow)
    report()
  }
  follow()
  return () => {
    observer.disconnect()
    density?.removeEventListener('change', follow)
  }
}

/** Fills a square; lit ones glow where the theme says so. */
export function litSquare(g: CanvasRenderingContext2D, ink: Ink, x: number, y: number, side: number, ratio: number) {
  g.fillStyle = ink.lit
  if (ink.glows) {
    const halo = Math.max(1, Math.round(2 * ratio))
    g.globalAlpha = 0.22
    g.fillRect(x - halo, y - halo, side + 2 * halo, side + 2 * halo)
    g.globalAlpha = 1
  }
  g.fillRect(x, y, side, side)
}

/** Small text for axes, in device pixels. */
export function axisFont(ink: Ink, ratio: number): string {
  return `500 ${Math.round(12 * ratio)}px ${ink.font}`
}
