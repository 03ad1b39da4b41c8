import type { Api, Capability, CapabilityName, Marks, Model, Phase, PhaseName, Stage, State } from '$lib/api'

type Listener = (now: State, before: State | null) => void

/** Where the stage is kept, so that the next start paints the right face before the program has told. */
const KEY = 'pd.stage'

/** What the program is doing. Holds the newest state that was pushed or asked for; asks anew when a push was lost. */
export class Program {
  state = $state.raw<State | null>(null)

  /** The face that fits; until the program tells, the one of last time. */
  stage: Stage = $derived(this.state?.stage ?? remembered())
  models: Model[] = $derived(this.state?.snapshot.models ?? [])

  #seq = 0n
  #asking = false
  #listeners = new Set<Listener>()

  constructor(private readonly api: Pick<Api, 'state' | 'ready'>) {}

  /** What the page may offer right now; undefined while nobody has reported it. */
  capability(name: CapabilityName): Capability | undefined {
    return this.state?.snapshot.capabilities.find((c) => c.name === name)
  }

  /** Whether the program answers such requests right now. */
  can(name: CapabilityName): boolean {
    return this.capability(name)?.available ?? false
  }

  phase(name: PhaseName): Phase | undefined {
    return this.state?.snapshot.phases.find((p) => p.name === name)
  }

  model(graph: string): Model | undefined {
    return this.models.find((m) => m.graph === graph)
  }

  /** Calls fn after each newer state. Returns what ends that. */
  subscribe(fn: Listener): () => void {
    this.#listeners.add(fn)
    return () => this.#listeners.delete(fn)
  }

  /** Says that the page has painted and takes keys, and learns the state. */
  async ready(marks: Marks): Promise<void> {
    this.apply(await this.api.ready(marks))
  }

  /** Takes a state in. One that is older than what is known is dropped. */
  apply(state: State): void {
    const seq = BigInt(state.seq)
    if (this.state && seq < this.#seq) return
    const before = this.state
    this.#seq = seq
    this.state = state
    if (state.stage !== before?.stage) remember(state.stage)
    for (const fn of this.#listeners) fn(state, before)
  }

  /** Takes in a state that was pushed. Where its number shows that one was lost, the program is asked. */
  async pushed(state: State): Promise<void> {
    const lost = this.state !== null && BigInt(state.seq) > this.#seq + 1n
    this.apply(state)
    if (lost) await this.ask()
  }

  /** Asks the program how things are. The last push may have been lost, and nothing would tell. */
  async ask(): Promise<void> {
    if (this.#asking) return
    this.#asking = true
    try {
      this.apply(await this.api.state())
    } catch {
      // The next push holds everything as well.
    } finally {
      this.#asking = false
    }
  }
}

function remembered(): Stage {
  try {
    const kept = localStorage.getItem(KEY)
    return kept === 'preparing' || kept === 'library' ? kept : 'start'
  } catch {
    return 'start'
  }
}

function remember(stage: Stage): void {
  try {
    localStorage.setItem(KEY, stage)
  } catch {
    // Then the next start paints Start first.
  }
}
