import fc from 'fast-check';
import { InMemorySourceTree } from '../../../../../twins/src/in-memory-source-tree.ts';
import { References } from '../reference.ts';
import { parseGoImports } from './go-imports.ts';
import { parseGoModuleFile } from './go-module-file.ts';
import { findGoReferences } from './go-references.ts';

const roots = {
  orders: 'apps/orders',
  stock: 'apps/stock',
  money: 'libs/money',
  text: 'libs/text',
  unused: 'libs/unused',
};

function find(texts: Record<string, string>, of: Record<string, string> = roots) {
  const tree = new InMemorySourceTree(of, texts);
  const references = new References(tree);
  findGoReferences(tree, references);
  return {
    edges: references.edges.map(({ source, target }) => `${source} -> ${target}`).sort(),
    lost: references.lost.map(({ file, line, written, reason }) => `${file}:${line} ${written}: ${reason}`),
    reads: tree.reads,
  };
}

describe('findGoReferences', () => {
  it('follows a folder that replaces a module, in a line or a block, near or far', () => {
    const { edges, lost, reads } = find({
      'apps/orders/go.mod': 'module x/orders\nrequire x/money v0.0.0\nreplace x/money => ../../libs/money\n',
      'apps/orders/main.go': 'package main\nimport "x/money"\n',
      'apps/stock/go.mod':
        'module x/stock\nreplace (\n\tx/text v1.0.0 => "../../libs/text" // here\n\ty => z v1.0.0\n)\n',
      'libs/money/go.mod': 'module x/money\nreplace x/text => ../text\n',
      'libs/text/go.mod': 'module x/text\nreplace x/money => ../money\n',
    });
    expect(edges).toEqual(['money -> text', 'orders -> money', 'stock -> text', 'text -> money']);
    expect(lost).toEqual([]);
    // The files of a module that nothing else can be found by need not be read.
    expect(reads.filter((path) => path.endsWith('.go'))).toEqual([]);
  });

  it('follows what is imported of the modules that go.work uses', () => {
    const { edges } = find({
      'go.work': 'go 1.25\nuse (\n\t./apps/orders\n\t./libs/money\n)\nuse ./libs/unused\n',
      'apps/orders/go.mod': 'module x/orders\n',
      'apps/orders/main.go': 'package main\nimport (\n\t"fmt"\n\tm "x/money/vat"\n)\n',
      'apps/orders/main_test.go': 'package main\nimport "x/unused"\n',
      'apps/orders/tests/contract.go': 'package tests\nimport "x/unused"\n',
      'libs/money/go.mod': 'module x/money\n',
      'libs/money/vat/vat.go': 'package vat\n',
      'libs/unused/go.mod': 'module x/unused\n',
    });
    expect(edges).toEqual(['orders -> money']);
  });

  it('follows what is imported where one go.mod at the root holds all', () => {
    const { edges } = find({
      'go.mod': 'module example.com/shop\n',
      'apps/orders/main.go': 'package main\nimport _ "example.com/shop/libs/money"\n',
      'apps/stock/main.go': 'package main\nimport "example.com/shopping/libs/money"\n',
      'libs/money/money.go': 'package money\nimport "example.com/shop/libs/text"\n',
      'libs/text/text.go': 'package text\nimport "example.com/shop/libs/money"\n',
      'libs/unused/unused.go': 'package unused\n',
    });
    expect(edges).toEqual(['money -> text', 'orders -> money', 'text -> money']);
  });

  it('takes the longest module path, and folders inside a module that are a project', () => {
    const { edges } = find(
      {
        'go.work': 'use ./a\nuse ./a/b\n',
        'a/go.mod': 'module x\n',
        'a/main.go': 'package main\nimport "x/b/c"\nimport "x/d"\n',
        'a/b/go.mod': 'module x/b\n',
        'a/b/c/c.go': 'package c\n',
        'a/d/d.go': 'package d\n',
      },
      { a: 'a', b: 'a/b', d: 'a/d' },
    );
    expect(edges).toEqual(['a -> b', 'a -> d']);
  });

  it('names references that lead to no project', () => {
    const { edges, lost } = find({
      'go.work': 'use ./apps/orders\nuse ./gone\n',
      'apps/orders/go.mod':
        'module x/orders\nreplace a => ../../libs/gone\nreplace b => ../../../b\nreplace c => ../../internal\n',
      'internal/go.mod': 'module c\n',
      'apps/orders/main.go': 'package main\n\nimport "c/sub"\n',
      'apps/orders/other.go': 'package main\n\nimport "c/sub"\n',
      'internal/sub/sub.go': 'package sub\n',
    });
    expect(edges).toEqual([]);
    expect(lost.sort()).toEqual([
      'apps/orders/go.mod:2 ../../libs/gone: it points nowhere',
      'apps/orders/go.mod:3 ../../../b: it leads out of the workspace',
      'apps/orders/go.mod:4 ../../internal: internal is part of no project',
      'apps/orders/main.go:3 c/sub: internal/sub is part of no project',
      'go.work:2 ./gone: it points nowhere',
    ]);
  });
});

describe('parseGoImports', () => {
  it('reads the head of a file, and no further', () => {
    const text = `//go:build linux
/* a comment with import "not/this" */
package main; import "a"
import ( // "not/this"
  . "b"; _ \`c\`
  名 "d" /* "not/this" */
)
import e "e"
var s = "import"
import "not/this"
`;
    expect(parseGoImports(text).map(({ package: name, line }) => `${line} ${name}`)).toEqual([
      '3 a',
      '5 b',
      '5 c',
      '6 d',
      '8 e',
    ]);
  });

  it('finds every import, however it is written', () => {
    const path = fc.stringMatching(/^[a-z.]{1,5}(\/[a-z0-9-]{1,5}){0,3}$/);
    const blank = fc.constantFrom(' ', '\n', '\t', ' /* import "no" */ ', '// "no"\n', '\r\n');
    const name = fc.constantFrom('', '_ ', '. ', 'alias ');
    const single = fc
      .tuple(name, path, blank)
      .map(([as, to, space]) => ({ text: `import${space}${as}"${to}"\n`, to: [to] }));
    const group = fc.array(fc.tuple(name, path, blank)).map((all) => ({
      text: `import (${all.map(([as, to, space]) => `${space}${as}\`${to}\`\n`).join('')})\n`,
      to: all.map(([, to]) => to),
    }));
    fc.assert(
      fc.property(fc.array(fc.oneof(single, group)), blank, (all, space) => {
        const text = `${space}package x\n${all.map((each) => each.text).join('')}func main() { print("no") }\n`;
        expect(parseGoImports(text).map((each) => each.package)).toEqual(all.flatMap(({ to }) => to));
      }),
    );
  });

  it('reads anything without an error', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseGoImports(`package x\n${text}`)));
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseGoModuleFile(text)));
  });
});
