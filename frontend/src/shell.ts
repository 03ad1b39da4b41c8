/** What a person did in the shell before the page's own code ran. */
interface Early {
  /** What was typed into the search box; null: the keyboard was not there. */
  typed: { text: string; from: number; to: number } | null
  /** The keyboard was on Start's button, and whether it was chosen. */
  start: 'focused' | 'chosen' | null
}

/**
 * Puts the page in the place of the shell (shell.html.ts), within one frame, and gives it what was done in the shell: the
 * keyboard goes from the one to the other before the shell goes, so that its ring stays.
 * @param page where the page stands @param show puts it there @param type looks for words
 */
export function takeOver(page: HTMLElement, show: () => void, type: (text: string) => void): void {
  const shell = document.getElementById('shell')
  const early = shell ? doneIn(shell) : null
  show()
  if (early) giveBack(early, page, type)
  shell?.remove()
}

function doneIn(shell: HTMLElement): Early {
  const box = shell.querySelector('input')
  const button = shell.querySelector('button')
  const root = document.documentElement.dataset
  const start = 'chosen' in root ? 'chosen' : button && document.activeElement === button ? 'focused' : null
  delete root.chosen
  if (!box || (document.activeElement !== box && box.value === '')) return { typed: null, start }
  return { typed: { text: box.value, from: box.selectionStart ?? box.value.length, to: box.selectionEnd ?? box.value.length }, start }
}

function giveBack({ typed, start }: Early, page: HTMLElement, type: (text: string) => void): void {
  const box = page.querySelector<HTMLInputElement>('[role=searchbox]')
  const button = page.querySelector<HTMLButtonElement>('.actions button')
  if (typed && box) {
    box.focus()
    if (typed.text === '') return
    box.value = typed.text
    box.setSelectionRange(typed.from, typed.to)
    type(typed.text)
  } else if (start && button) {
    button.focus()
    if (start === 'chosen') return button.click()
    // Who came by the keyboard sees where it is; not every browser takes a script's word for that.
    button.dataset.ring = ''
    button.addEventListener('blur', () => delete button.dataset.ring, { once: true })
  }
}
