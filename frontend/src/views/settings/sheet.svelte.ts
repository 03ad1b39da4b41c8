import type { Api, Setting } from '$lib/api'

/** All settings, as a sheet of which each line is saved by itself. */
export class Sheet {
  list = $state.raw<Setting[]>([])
  /** Why they could not be read, a sentence. */
  problem = $state('')
  /** Why a value was refused, by key: sentences. */
  refused = $state.raw<Readonly<Record<string, string>>>({})

  constructor(
    private readonly api: Pick<Api, 'settings' | 'setSetting' | 'resetSetting'>,
    /** Told of each setting that was changed. */
    private readonly changed: (setting: Setting) => void = () => {},
  ) {}

  async read(): Promise<void> {
    try {
      this.list = await this.api.settings()
      this.problem = ''
    } catch (thrown) {
      this.problem = said(thrown)
    }
  }

  /** Gives a setting a value. What is refused is told in refused; the old value holds. */
  set(key: string, value: string): Promise<void> {
    return this.#change(key, () => this.api.setSetting(key, value))
  }

  /** Gives a setting its standard. */
  reset(key: string): Promise<void> {
    return this.#change(key, () => this.api.resetSetting(key))
  }

  /** Says why a value was not even sent; '' takes that back. */
  refuse(key: string, sentence: string): void {
    const { [key]: _, ...rest } = this.refused
    this.refused = sentence ? { ...rest, [key]: sentence } : rest
  }

  async #change(key: string, write: () => Promise<Setting>): Promise<void> {
    try {
      const setting = await write()
      this.list = this.list.map((old) => (old.key === setting.key ? setting : old))
      this.refuse(key, '')
      this.changed(setting)
    } catch (thrown) {
      this.refuse(key, said(thrown))
    }
  }
}

function said(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
