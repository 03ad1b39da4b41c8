import { describe, expect, test } from 'vitest'
import { NO_DAY, listingAddress, parseColumns, parseIds } from './listing'

/** As the program writes it, for three photos. */
function written(): ArrayBuffer {
  const data = new ArrayBuffer(8 + 12 + 8 + 4)
  const view = new DataView(data)
  view.setUint32(0, 0x314c4450, true)
  view.setUint32(4, 3, true)
  ;[18_853, -1, NO_DAY].forEach((day, i) => view.setInt32(8 + 4 * i, day, true))
  ;[1500, 667, 0].forEach((aspect, i) => view.setUint16(20 + 2 * i, aspect, true))
  ;[1, 6, 8].forEach((flags, i) => view.setUint8(28 + i, flags))
  return data
}

describe('columns', () => {
  test('are read where the program put them, padding and all', () => {
    const columns = parseColumns('n', written())
    expect([columns.name, columns.count]).toEqual(['n', 3])
    expect([...columns.day]).toEqual([18_853, -1, NO_DAY])
    expect([...columns.aspect]).toEqual([1500, 667, 0])
    expect([...columns.flags]).toEqual([1, 6, 8])
  })

  test('that are cut short or not columns are refused', () => {
    expect(() => parseColumns('n', written().slice(0, 30))).toThrow(/damaged/)
    expect(() => parseColumns('n', new ArrayBuffer(4))).toThrow(/damaged/)
    expect(() => parseColumns('n', new ArrayBuffer(64))).toThrow(/damaged/)
  })

  test('of an empty library are empty', () => {
    const data = written().slice(0, 8)
    new DataView(data).setUint32(4, 0, true)
    expect(parseColumns('n', data)).toMatchObject({ count: 0, day: new Int32Array(), flags: new Uint8Array() })
  })
})

test('ids are hex, a photo each 32 bytes', () => {
  const bytes = Uint8Array.from({ length: 64 }, (_, i) => i)
  expect(parseIds(bytes.buffer)).toEqual(['000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', '202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f'])
  expect(parseIds(new ArrayBuffer(31))).toEqual([])
})

test('the address names only what narrows', () => {
  const query = { order: 'taken', folder: '', fromMonth: 0, toMonth: 0, favourite: false, rating: 0 } as const
  expect(listingAddress(query)).toBe('/library/columns?order=taken')
  expect(listingAddress({ ...query, order: 'size', folder: 'a b', fromMonth: 1, toMonth: 2, favourite: true, rating: 3 })).toBe('/library/columns?order=size&folder=a+b&from=1&to=2&favourite=1&rating=3')
})
