/**
 * Justified rows: every row fills the width, its height stays within 15 % of the wish, and the last row of a section
 * keeps the height of the row above. Breaks are chosen for the whole section at once, as a paragraph is set: the least
 * sum of squared deviations over all breaks (D. E. Knuth, M. F. Plass, "Breaking Paragraphs into Lines", 1981).
 * Time and memory are linear in the photos; only rows are kept, the places within a row are worked out when asked for.
 */

/** Section is a run of photos that begins on a row of its own: photos start (inclusive) to end (exclusive). */
export interface Section {
  start: number
  end: number
}

/** Options of a layout, in CSS pixels. */
export interface Options {
  width: number
  /** wish is the height that rows should have. */
  wish: number
  gap: number
  /** under is the room below each row, for the evidence of its photos. */
  under: number
  /** heading is the room above each section; a first section may have another. */
  heading: number
  firstHeading: number
}

/** Layout is where the rows lie. Row r holds photos start[r] to start[r + 1], from top[r] on, height[r] high. */
export interface Layout {
  readonly options: Options
  readonly count: number
  readonly rows: number
  readonly sections: readonly Section[]
  readonly start: Uint32Array
  readonly top: Float64Array
  readonly height: Uint16Array
  /** full tells rows that fill the width from short last ones. */
  readonly full: Uint8Array
  /** sectionRow is the first row of each section, and the number of rows at the end. */
  readonly sectionRow: Uint32Array
  /** total is the height of everything. */
  readonly total: number
}

/** Place is where one photo lies. */
export interface Place {
  x: number
  y: number
  width: number
  height: number
}

/** TOLERANCE is how far a row's height may lie from the wish, as a share of it. */
export const TOLERANCE = 0.15

const UNKNOWN = 1333 // width/height × 1000 of a photo whose size nobody knows yet: most cameras make 4:3
const NARROWEST = 450
const WIDEST = 3000
const STEEP = 12 // how much dearer a deviation past the tolerance is: such a row has to be cropped
const TALLEST = 1.45 // rows beyond these are not weighed at all
const LOWEST = -0.25
const NEARLY = 1.05 // how much higher than the row above a last row may be, to fill the width
const ORPHAN = 0.004 // a nearly empty last row costs about as much as a row that is 6 % off

/** ratio is the width of a photo one pixel high. Slips and panoramas are cropped so that they do not eat their row. */
export function ratio(aspect: number): number {
  return (aspect === 0 ? UNKNOWN : aspect < NARROWEST ? NARROWEST : aspect > WIDEST ? WIDEST : aspect) / 1000
}

/** justify lays photos out. aspect holds width/height × 1000 of each, 0 where it is unknown. Sections are in order. */
export function justify(aspect: Uint16Array, sections: readonly Section[], options: Options): Layout {
  const { width, gap, under } = options
  const wish = Math.max(16, options.wish)
  let capacity = Math.max(64, Math.ceil((aspect.length * wish * 1.5) / Math.max(width, wish)) + sections.length)
  let start = new Uint32Array(capacity + 1)
  let top = new Float64Array(capacity)
  let height = new Uint16Array(capacity)
  let full = new Uint8Array(capacity)
  const sectionRow = new Uint32Array(sections.length + 1)
  let longest = 0
  for (const s of sections) longest = Math.max(longest, s.end - s.start)
  const breaks = new Breaks(longest, width, wish, gap)

  let rows = 0
  let y = 0
  let count = 0
  for (let s = 0; s < sections.length; s++) {
    const section = sections[s]
    if (section === undefined) break
    sectionRow[s] = rows
    y += s === 0 ? options.firstHeading : options.heading
    const n = breaks.find(aspect, section.start, section.end)
    if (rows + n > capacity) {
      capacity = Math.max(rows + n, capacity * 2)
      start = grown(start, new Uint32Array(capacity + 1))
      top = grown(top, new Float64Array(capacity))
      height = grown(height, new Uint16Array(capacity))
      full = grown(full, new Uint8Array(capacity))
    }
    let above = wish
    for (let r = 0; r < n; r++) {
      const from = section.start + breaks.rowStart(r)
      const to = section.start + breaks.rowStart(r + 1)
      let sum = 0
      for (let i = from; i < to; i++) sum += ratio(aspect[i] ?? 0)
      const natural = (width - gap * (to - from - 1)) / sum
      // A last row that nearly fills the width does fill it; beside none above, as much as any other row may.
      const short = r === n - 1 && natural > above * (r === 0 ? 1 + TOLERANCE : NEARLY)
      const tall = short ? above : Math.min(wish * (1 + TOLERANCE), Math.max(wish * (1 - TOLERANCE), natural))
      start[rows] = from
      top[rows] = y
      height[rows] = Math.round(tall)
      full[rows] = short ? 0 : 1
      above = tall
      y += Math.round(tall) + gap + under
      rows++
    }
    if (n > 0) y -= gap
    count = section.end
  }
  start[rows] = count
  sectionRow[sections.length] = rows
  return {
    options, count, rows, sections, sectionRow, total: y,
    start: start.subarray(0, rows + 1), top: top.subarray(0, rows), height: height.subarray(0, rows), full: full.subarray(0, rows),
  }
}

/** Breaks finds where the rows of one section end. Its memory is used again for each section. */
class Breaks {
  readonly #cost: Float64Array
  readonly #from: Int32Array
  readonly #sum: Float64Array
  #path: Uint32Array = new Uint32Array(0)
  #rows = 0

  constructor(longest: number, readonly width: number, readonly wish: number, readonly gap: number) {
    this.#cost = new Float64Array(longest + 1)
    this.#from = new Int32Array(longest + 1)
    this.#sum = new Float64Array(longest + 1)
  }

  /** find returns the number of rows of photos first to end. */
  find(aspect: Uint16Array, first: number, end: number): number {
    const n = end - first
    const cost = this.#cost
    const from = this.#from
    const sums = this.#sum
    const { gap, wish } = this
    for (let j = 1, sum = 0; j <= n; j++) sums[j] = sum += ratio(aspect[first + j - 1] as number)
    cost.fill(Infinity, 0, n + 1)
    cost[0] = 0
    const width = this.width + gap
    let near = 1 // first photo that may end a row: before it the row would be far too high
    for (let i = 0; i < n; i++) {
      const before = cost[i] as number
      if (before === Infinity) continue
      const passed = sums[i] as number
      if (near <= i) near = i + 1
      while (near < n && width - gap * (near - i) > TALLEST * wish * ((sums[near] as number) - passed)) near++
      for (let j = near; j <= n; j++) {
        const off = (width - gap * (j - i)) / (((sums[j] as number) - passed) * wish) - 1
        const bad = j === n && off > 0 ? ORPHAN * (off / (1 + off)) ** 2 : badness(off)
        if (before + bad < (cost[j] as number)) {
          cost[j] = before + bad
          from[j] = i
        }
        if (off < LOWEST) break // one photo more only makes it worse; this one was tried so that there always is a way on
      }
    }
    let rows = 0
    for (let j = n; j > 0; j = from[j] as number) rows++
    if (this.#path.length < rows + 1) this.#path = new Uint32Array(Math.max(rows + 1, this.#path.length * 2))
    this.#rows = rows
    for (let j = n, r = rows; r >= 0; j = from[j] as number, r--) this.#path[r] = j
    return rows
  }

  /** rowStart is the first photo of a row, counted from the section's first; of the row past the last: its end. */
  rowStart(row: number): number {
    return row > this.#rows ? 0 : (this.#path[row] ?? 0)
  }
}

function badness(off: number): number {
  const beyond = Math.abs(off) - TOLERANCE
  return off * off + (beyond > 0 ? STEEP * beyond : 0)
}

function grown<T extends Uint32Array | Float64Array | Uint16Array | Uint8Array>(old: T, larger: T): T {
  larger.set(old)
  return larger
}

/** rowAt is the row at a height y, or the nearest one above it; 0 where there is none above. */
export function rowAt(layout: Layout, y: number): number {
  let low = 0
  let high = layout.rows - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((layout.top[middle] ?? 0) <= y) low = middle
    else high = middle - 1
  }
  return Math.max(0, low)
}

/** rowOf is the row that holds a photo. */
export function rowOf(layout: Layout, photo: number): number {
  let low = 0
  let high = layout.rows - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((layout.start[middle] ?? 0) <= photo) low = middle
    else high = middle - 1
  }
  return Math.max(0, low)
}

/** sectionOf is the section that holds a row. */
export function sectionOf(layout: Layout, row: number): number {
  let low = 0
  let high = layout.sections.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((layout.sectionRow[middle] ?? 0) <= row) low = middle
    else high = middle - 1
  }
  return Math.max(0, low)
}

/** placesIn calls each for the photos of a row, left to right. Edges lie on whole pixels and full rows end at the width. */
export function placesIn(layout: Layout, aspect: Uint16Array, row: number, each: (photo: number, place: Place) => void): void {
  const from = layout.start[row] ?? 0
  const to = layout.start[row + 1] ?? from
  const { width, gap } = layout.options
  const height = layout.height[row] ?? 0
  const y = layout.top[row] ?? 0
  let sum = 0
  for (let i = from; i < to; i++) sum += ratio(aspect[i] ?? 0)
  const room = width - gap * (to - from - 1)
  const scale = layout.full[row] === 1 ? room / sum : Math.min(height, room / sum)
  let passed = 0
  for (let i = from; i < to; i++) {
    const left = Math.round(passed * scale)
    passed += ratio(aspect[i] ?? 0)
    const right = Math.round(passed * scale)
    each(i, { x: left + gap * (i - from), y, width: right - left, height })
  }
}

/** placeOf is where one photo lies. */
export function placeOf(layout: Layout, aspect: Uint16Array, photo: number): Place {
  let found: Place = { x: 0, y: 0, width: 0, height: 0 }
  placesIn(layout, aspect, rowOf(layout, photo), (i, place) => {
    if (i === photo) found = place
  })
  return found
}

/** sectionTop is where the heading of a section begins. */
export function sectionTop(layout: Layout, section: number): number {
  const row = layout.sectionRow[section] ?? 0
  const heading = section === 0 ? layout.options.firstHeading : layout.options.heading
  return (layout.top[row] ?? layout.total) - heading
}

/** topOf is where to scroll to so that a photo's row stands at the top, with the heading if it begins its section. */
export function topOf(layout: Layout, photo: number): number {
  const row = rowOf(layout, photo)
  const section = sectionOf(layout, row)
  return layout.sectionRow[section] === row ? sectionTop(layout, section) : (layout.top[row] ?? 0) - 8
}
