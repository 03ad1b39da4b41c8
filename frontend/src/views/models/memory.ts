// What the bar of memory is made of.

import type { Memory, Model, Worker } from '$lib/api'

/** A piece of the bar. */
export interface Piece {
  /** text, image, decode: what the processes do. */
  role: string
  bytes: number
  /** Of the whole bar, 0 to 1. */
  share: number
}

/** The bar: the budget is its length, or more where more is taken. */
export interface Bar {
  pieces: Piece[]
  used: number
  budget: number
  /** Where what rests begins to be put away, 0 to 1 of the bar. */
  limit: number
}

/** Adds up the memory of the workers by role, text and image first. */
export function memoryBar(memory: Memory, workers: readonly Worker[], models: readonly Model[]): Bar {
  const byRole = new Map<string, number>()
  for (const { graph, memory_bytes } of models) if (memory_bytes > 0) byRole.set(graph, memory_bytes)
  for (const { role, memory_bytes } of workers) {
    // A model's memory is its worker's: count the worker, which is there while it loads as well.
    if (models.some(({ graph, memory_bytes }) => graph === role && memory_bytes > 0)) continue
    byRole.set(role, (byRole.get(role) ?? 0) + memory_bytes)
  }
  const order = (role: string): number => (['text', 'image'].indexOf(role) + 1 || 9)
  const sums = [...byRole].filter(([, bytes]) => bytes > 0).sort(([a], [b]) => order(a) - order(b) || a.localeCompare(b))
  const used = sums.reduce((sum, [, bytes]) => sum + bytes, 0)
  const length = Math.max(memory.budget_bytes, used, 1)
  return {
    pieces: sums.map(([role, bytes]) => ({ role, bytes, share: bytes / length })),
    used,
    budget: memory.budget_bytes,
    limit: Math.min(1, memory.limit_bytes / length),
  }
}

/** The graphs that belong to one model, in one card. */
export interface ModelGroup {
  id: string
  name: string
  stage: string
  revision: string
  graphs: Model[]
}

/** Groups graphs by model, in the order in which they come. A graph without a model stands alone. */
export function byModel(models: readonly Model[]): ModelGroup[] {
  const groups: ModelGroup[] = []
  for (const model of models) {
    const group = groups.find(({ id, revision }) => model.id !== '' && id === model.id && revision === model.revision)
    if (group) group.graphs.push(model)
    else groups.push({ id: model.id, name: model.name, stage: model.stage, revision: model.revision, graphs: [model] })
  }
  return groups
}
