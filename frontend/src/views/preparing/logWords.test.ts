import { describe, expect, it } from 'vitest'
import { sentence } from './logWords'

describe('a line of the log, for people', () => {
  it('has no fields that are for engineers', () => {
    expect(sentence('18:21:22 INF a model is loaded device=cpu graph=image model=starter@1 took=2548.124263')).toEqual({
      time: '18:21:22',
      level: 'info',
      text: 'Ready to look at photos',
    })
  })

  it('names the file and the reason, and counts as a warning', () => {
    expect(sentence('14:32:06 INF a photo could not be indexed path="/home/ana/My photos/IMG_4471.jpg" reason="it ends early"')).toEqual({
      time: '14:32:06',
      level: 'warning',
      text: 'A photo could not be indexed: IMG_4471.jpg, it ends early',
    })
  })

  it('leaves text alone that only looks like fields', () => {
    expect(sentence('the value a=b was refused').text).toBe('The value a=b was refused')
    expect(sentence('').text).toBe('')
    expect(sentence('12:00:00 WRN odd reason="it says \\"no\\""').text).toBe('Odd: it says "no"')
  })
})
