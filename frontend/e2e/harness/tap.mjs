// Tests in the order in which they were named, one line of TAP for each.

/** @typedef {{ name: string, run: () => Promise<void> }} Test */

export class Tap {
  #count = 0
  #failed = 0

  /** Runs a test; what it throws is told below its line. @param {string} name @param {() => Promise<void>} run */
  async test(name, run, { seconds = 240 } = {}) {
    this.#count++
    let timer
    const late = new Promise((_, fail) => {
      timer = setTimeout(() => fail(new Error(`it took longer than ${seconds} s`)), seconds * 1000)
    })
    try {
      await Promise.race([run(), late])
      console.log(`ok ${this.#count} - ${name}`)
    } catch (thrown) {
      this.#failed++
      console.log(`not ok ${this.#count} - ${name}`)
      for (const line of String(thrown?.stack ?? thrown).split('\n')) console.log(`# ${line}`)
      await this.onFailure?.(name)
    } finally {
      clearTimeout(timer)
    }
  }

  /** Called with the name of a test that failed. @type {((name: string) => Promise<void>) | undefined} */
  onFailure

  /** Says how many there were. @returns the exit code */
  end() {
    console.log(`1..${this.#count}`)
    return this.#failed || this.#count === 0 ? 1 : 0
  }
}

/** Waits until look returns something true, and returns it. @template T @param {() => T | Promise<T>} look */
export async function until(what, look, seconds = 60) {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    const seen = await look()
    if (seen) return seen
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s in vain: ${what}`)
    await new Promise((go) => setTimeout(go, 50))
  }
}

/** Fails with a sentence. */
export function expect(holds, sentence) {
  if (!holds) throw new Error(sentence)
}
