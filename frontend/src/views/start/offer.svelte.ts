import type { Candidate } from '$lib/api'
import { monthsOf, type Months } from '$lib/draw/months'
import type { Library } from '$lib/state'

/** What would be looked through if the person said yes now. */
export interface Total {
  photos: number
  bytes: number
  /** Seconds until names and dates, and until what photos show can be searched; −1: not known yet. */
  names: number
  meaning: number
  counting: boolean
}

/** The folders that Start offers, and which of them are to be looked through. */
export class Offer {
  /** Own folders first, then what was chosen or dropped, newest last; known ones that are away come last. */
  candidates: Candidate[] = $derived.by(() => {
    const all = this.library.program.state?.candidates ?? []
    const rank = (c: Candidate) => (c.kind === 'known' ? 1 : 0)
    return [...all].sort((a, b) => rank(a) - rank(b))
  })
  /** Those that are to be looked through. */
  picked: Candidate[] = $derived(this.candidates.filter((c) => this.#isPicked(c)))
  total: Total = $derived(sum(this.picked))
  months: Months = $derived(monthsOf(this.picked.flatMap((c) => c.months)))
  /** All that was picked was counted, and there is no photo. */
  empty: boolean = $derived(this.picked.length > 0 && this.total.photos === 0 && !this.total.counting)
  busy = $state(false)
  /** All that was picked was in the library before: what is known of its photos is kept. */
  known: boolean = $derived(this.picked.length > 0 && this.picked.every((c) => c.kind === 'known'))

  #likeliest: Candidate | undefined = $derived.by(() => {
    const there = this.candidates.filter((c) => c.state !== 'failed' && c.problem === '')
    if (there.some((c) => c.kind === 'chosen' || c.kind === 'dropped')) return undefined
    return there.find((c) => c.kind === 'pictures') ?? there[0]
  })

  #choice = $state.raw<ReadonlyMap<string, boolean>>(new Map())
  #surveyed = new Set<string>()

  constructor(private readonly library: Library) {}

  /** Learns the suggestions. */
  async begin(): Promise<void> {
    await this.#attempt(async () => {
      await this.library.api.suggestions()
    })
  }

  /** Counts what nobody counted yet. */
  async count(): Promise<void> {
    for (const { id, state, problem } of this.candidates) {
      if (state !== 'new' || problem !== '' || this.#surveyed.has(id)) continue
      this.#surveyed.add(id)
      await this.#attempt(() => this.library.api.survey(id))
    }
  }

  /** Lets the person choose a folder in the system's dialog. */
  async choose(): Promise<void> {
    await this.#attempt(async () => {
      const candidate = await this.library.api.chooseFolder()
      if (candidate) this.pick(candidate.id, true)
    })
  }

  /** Takes a folder in, or leaves it out. */
  pick(id: string, on: boolean): void {
    this.#choice = new Map([...this.#choice, [id, on]])
  }

  /** Has the picked folders looked through. */
  async accept(): Promise<void> {
    if (this.picked.length === 0 || this.busy) return
    this.busy = true
    this.library.overview.expect(this.picked)
    const done = await this.#attempt(() => this.library.api.addFolders(this.picked.map((c) => c.id)))
    if (!done) this.library.overview.expect([])
    this.busy = false
  }

  isPicked(candidate: Candidate): boolean {
    return this.#isPicked(candidate)
  }

  // What a person chose or dropped is meant; as long as nothing is, their own folder; where there is none, the one that was
  // in the library last.
  #isPicked(candidate: Candidate): boolean {
    if (candidate.state === 'failed' || candidate.problem !== '') return false
    const said = this.#choice.get(candidate.id)
    if (said !== undefined) return said
    if (candidate.kind === 'chosen' || candidate.kind === 'dropped') return true
    return candidate === this.#likeliest
  }

  async #attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (thrown) {
      this.library.toasts.error(thrown)
      return false
    }
  }
}

function sum(picked: readonly Candidate[]): Total {
  const total: Total = { photos: 0, bytes: 0, names: 0, meaning: 0, counting: false }
  for (const c of picked) {
    total.photos += c.photos
    total.bytes += c.bytes
    total.counting ||= c.state === 'new' || c.state === 'counting'
    total.names = c.names_seconds < 0 || total.names < 0 ? -1 : total.names + c.names_seconds
    total.meaning = c.meaning_seconds < 0 || total.meaning < 0 ? -1 : total.meaning + c.meaning_seconds
  }
  return total
}
