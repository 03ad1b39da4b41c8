import CircleAlert from '@lucide/svelte/icons/circle-alert'
import CircleCheck from '@lucide/svelte/icons/circle-check'
import CircleDashed from '@lucide/svelte/icons/circle-dashed'
import Clock from '@lucide/svelte/icons/clock'
import Moon from '@lucide/svelte/icons/moon'
import type { Model } from '$lib/api'
import type { IconComponent } from '$lib/actions'
import { t } from '$lib/text'

/** The state of a graph in words, and how it is drawn: at work carries the lit square, the others an icon. */
export interface StateWords {
  text: string
  kind: 'ready' | 'busy' | 'idle' | 'failed'
  icon: IconComponent | null
}

/** Says where a graph stands. */
export function stateOf(model: Pick<Model, 'state' | 'in_flight'>): StateWords {
  const words = t.models.state
  switch (model.state) {
    case 'ready':
      return model.in_flight > 0 ? { text: words.working, kind: 'busy', icon: null } : { text: words.ready, kind: 'ready', icon: CircleCheck }
    case 'loading':
    case 'downloading':
      return { text: words[model.state], kind: 'busy', icon: null }
    case 'failed':
      return { text: words.failed, kind: 'failed', icon: CircleAlert }
    case 'queued':
    case 'unloading':
      return { text: words[model.state], kind: 'idle', icon: Clock }
    case 'not_installed':
      return { text: words.not_installed, kind: 'idle', icon: CircleDashed }
    default:
      return { text: words.installed, kind: 'idle', icon: Moon }
  }
}

/** "Processor", "Graphics card", or the device's own name. */
export function deviceName(device: string | undefined): string {
  if (!device) return ''
  const known: Record<string, string> = { cpu: t.models.device.cpu, cuda: t.models.device.cuda }
  return known[device] ?? device
}
