import { postPicture, type Answer, type Api, type Hit, type HitOrder, type Narrow, type Picture, type Question, type Wrong } from '$lib/api'
import { groupHits, type Grouped } from './groups'
import type { PhotoSource } from './source'

/** Quiet time after a keystroke before the question is asked, in ms. */
export const TRAILING = 30

/** Hits that are asked for at once. */
export const PAGE = 200

/** Where what is looked for is kept over a reload of the page. */
const KEY = 'pd.question'

/** How often, and how long apart in ms, a question is asked again that another part of the window pushed aside. */
const AGAIN = 5
const AGAIN_AFTER = 100

export const NO_NARROW: Narrow = Object.freeze({ folder: '', from_month: 0, to_month: 0, favourite: false, min_rating: 0 })

/** What is looked for, and what was found. Asked with each keystroke; older answers never replace newer ones. */
export class Search implements PhotoSource {
  readonly kind = 'answer'

  text = $state('')
  /** Id of the photo to which others shall be alike. */
  like = $state('')
  /** The picture to which photos shall be alike. */
  picture = $state.raw<Picture | null>(null)
  sort = $state<HitOrder>('')
  narrow = $state.raw<Narrow>(NO_NARROW)

  /** The newest answer, of its first page. Stays until the next one is there. */
  answer = $state.raw<Answer | null>(null)
  /** All hits that were read so far. */
  hits = $state.raw<Hit[]>([])
  /** The hits as they are shown: by the clues that they show, if they are ordered by how well they fit. */
  grouped: Grouped = $derived(groupHits(this.hits, this.sort === '' ? (this.answer?.clues ?? []) : []))
  /** Id of the hit that is being explained; empty: none. */
  explained = $state('')
  /** Grows with each answer that was taken in. */
  version = $state(0)
  pending = $state(false)
  /** What is wrong with the question. The last good answer stays. */
  wrong = $state.raw<Wrong | null>(null)
  /** Why no answer came, a sentence. */
  problem = $state('')

  /** Whether anything is looked for. Without, the listing is shown. */
  active: boolean = $derived(this.text.trim() !== '' || this.like !== '' || this.picture !== null)
  /** Whether photos are left out. */
  narrowed: boolean = $derived(isNarrow(this.narrow))
  count: number = $derived(this.answer?.total ?? 0)

  /** Grows when the box of the question shall take the focus. */
  wish = $state(0)

  #asked = 0
  #more = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #narrowing = new Set<(narrow: Narrow) => void>()

  constructor(
    private readonly api: Pick<Api, 'search'>,
    private readonly post: (blob: Blob, name: string) => Promise<Picture> = postPicture,
  ) {}

  get question(): Question {
    return this.#question(0)
  }

  idAt(index: number): string | undefined {
    const hit = this.grouped.hits[index]
    if (!hit && index < this.count) void this.more()
    return hit?.id
  }

  /** Looks for these words, a moment later: the next keystroke may come. */
  type(text: string): void {
    this.text = text
    this.like = ''
    this.picture = null
    clearTimeout(this.#timer)
    if (!this.active) {
      this.#forget()
      return
    }
    this.#timer = setTimeout(() => void this.run(), TRAILING)
  }

  /** Looks for these words now. */
  ask(text: string): Promise<void> {
    this.type(text)
    return this.run()
  }

  /** Looks for photos alike to this one. */
  alike(id: string): Promise<void> {
    this.text = ''
    this.picture = null
    this.like = id
    return this.run()
  }

  /** Looks for photos alike to a picture. */
  byPicture(picture: Picture): Promise<void> {
    this.text = ''
    this.like = ''
    this.picture = picture
    return this.run()
  }

  /** Hands a picture to the program and looks for photos alike to it. Throws what is wrong with the picture. */
  async byBytes(blob: Blob, name: string): Promise<void> {
    await this.byPicture(await this.post(blob, name))
  }

  /** Whether it is known why a photo answers. */
  explains(id: string): boolean {
    return this.active && this.hits.some((hit) => hit.id === id && (hit.evidence.length > 0 || hit.why.length > 0))
  }

  /** Shows or hides why a photo answers. */
  explain(id: string): void {
    this.explained = this.explained === id ? '' : id
  }

  /** Wishes the focus for the box of the question. */
  takeFocus(): void {
    this.wish++
  }

  /** Leaves photos out, in the answer and in the listing. */
  setNarrow(part: Partial<Narrow>): void {
    this.narrow = { ...this.narrow, ...part }
    for (const fn of this.#narrowing) fn(this.narrow)
    this.#keep()
    if (this.active) void this.run()
  }

  /** Takes up what was looked for before the page was reloaded. */
  restore(): void {
    const kept = read()
    if (!kept) return
    this.text = kept.text
    this.like = kept.like
    this.picture = kept.picture
    this.sort = kept.sort
    if (isNarrow(kept.narrow)) this.setNarrow(kept.narrow)
    else void this.run()
  }

  /** Calls fn whenever other photos are left out. Returns what ends that. */
  onNarrow(fn: (narrow: Narrow) => void): () => void {
    this.#narrowing.add(fn)
    return () => this.#narrowing.delete(fn)
  }

  setSort(sort: HitOrder): void {
    this.sort = sort
    if (this.active) void this.run()
  }

  /** Asks. Does nothing if nothing is looked for. */
  async run(): Promise<void> {
    clearTimeout(this.#timer)
    if (!this.active) return
    const asked = ++this.#asked
    this.pending = true
    this.#keep()
    try {
      let answer = await this.api.search(this.#question(0))
      for (let i = 0; i < AGAIN && answer.superseded && asked === this.#asked; i++) {
        await new Promise((go) => setTimeout(go, AGAIN_AFTER))
        if (asked === this.#asked) answer = await this.api.search(this.#question(0))
      }
      this.#take(asked, answer)
    } catch (thrown) {
      if (asked === this.#asked) this.problem = thrown instanceof Error ? thrown.message : String(thrown)
    } finally {
      if (asked === this.#asked) this.pending = false
    }
  }

  /** Reads the next hits of the same answer. */
  async more(): Promise<void> {
    if (this.#more || this.pending || !this.answer || this.hits.length >= this.count) return
    const asked = this.#asked
    this.#more = true
    try {
      const next = await this.api.search(this.#question(this.hits.length))
      if (asked !== this.#asked || next.superseded || next.wrong || next.hits.length === 0) return
      const known = new Set(this.hits.map((hit) => hit.id))
      this.hits = [...this.hits, ...next.hits.filter((hit) => !known.has(hit.id))]
      this.version++
    } catch {
      // The reader asks again when it comes to the end again.
    } finally {
      this.#more = false
    }
  }

  /** The photos that come closest without answering, best first: at most so many. Empty where another question came. */
  async nearest(most: number): Promise<Hit[]> {
    const asked = this.#asked
    const all = await this.api.search({ ...this.#question(0), limit: Math.min(this.count + most, PAGE * 4), uncut: true })
    if (asked !== this.#asked || all.superseded) return []
    const answering = new Set(this.hits.map((hit) => hit.id))
    return all.hits.filter((hit) => !answering.has(hit.id)).slice(0, most)
  }

  /** Looks for nothing, and leaves nothing out. */
  clear(): void {
    this.text = ''
    this.like = ''
    this.picture = null
    if (this.narrowed) this.setNarrow(NO_NARROW)
    this.#forget()
  }

  #forget(): void {
    clearTimeout(this.#timer)
    this.#asked++
    this.answer = null
    this.hits = []
    this.wrong = null
    this.problem = ''
    this.pending = false
    this.version++
    this.#keep()
  }

  #keep(): void {
    const { text, like, picture, sort, narrow } = this
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ text, like, picture, sort, narrow } satisfies Kept))
    } catch {
      // Then a reload begins anew.
    }
  }

  #take(asked: number, answer: Answer): void {
    if (asked !== this.#asked || answer.superseded) return
    this.problem = ''
    this.wrong = answer.wrong
    if (answer.wrong) return
    this.answer = answer
    this.hits = answer.hits
    this.version++
  }

  #question(offset: number): Question {
    return {
      query: this.like || this.picture ? '' : this.text.trim(),
      like: this.like,
      picture: this.picture?.token ?? '',
      offset,
      limit: PAGE,
      sort: this.sort,
      narrow: this.narrow,
      uncut: false,
    }
  }
}

type Kept = Pick<Search, 'text' | 'like' | 'picture' | 'sort' | 'narrow'>

/** Reads what was kept; null if nothing was, or it is not of this form. */
function read(): Kept | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Partial<Kept> | null
    if (typeof kept?.text !== 'string' || typeof kept.like !== 'string' || typeof kept.narrow !== 'object') return null
    return { text: kept.text, like: kept.like, picture: kept.picture ?? null, sort: kept.sort ?? '', narrow: { ...NO_NARROW, ...kept.narrow } }
  } catch {
    return null
  }
}

/** Whether any photo is left out. */
export function isNarrow(narrow: Narrow): boolean {
  return narrow.folder !== '' || narrow.from_month !== 0 || narrow.to_month !== 0 || narrow.favourite || narrow.min_rating > 0
}
