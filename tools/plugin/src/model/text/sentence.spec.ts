import { sentence } from './sentence.ts';

it.each([
  ['no such host', Infinity, 'no such host.'],
  ['  it\n is\tgone! ', Infinity, 'it is gone!'],
  ['a very long message', 6, 'a very.'],
])('makes a sentence of %j', (text, longest, expected) => expect(sentence(text, longest)).toBe(expected));
