import { createHash } from 'node:crypto';
import { parseAllDocuments, visit, type Document } from 'yaml';
import { Refusal } from '../../plugin/src/model/errors/product-error.ts';
import type { SecretFiles } from '../../plugin/src/ports/secret-files.ts';

/** Twin of the files that SOPS encrypts, for tests: values look as encrypted, and are not. */
export class InMemorySecretFiles implements SecretFiles {
  /** True while this machine has the key. */
  hasKey = true;

  /** Returns a text as SOPS would encrypt it for Secrets. */
  encrypt(text: string): string {
    const documents = parseAllDocuments(text) as Document[];
    for (const document of documents) {
      for (const place of ['data', 'stringData']) {
        const values = (document.toJS() as Record<string, Record<string, string> | undefined>)[place] ?? {};
        for (const [key, value] of Object.entries(values))
          document.setIn([place, key], `ENC[TWIN,data:${Buffer.from(value).toString('hex')}]`);
      }
      document.set('sops', { mac: macOf(document.toString()) });
    }
    return documents.join('');
  }

  async decrypt(path: string, text: string): Promise<string> {
    if (!this.hasKey) throw refusal('sops-key-missing', path);
    const documents = parseAllDocuments(text) as Document[];
    for (const document of documents) {
      const mac = document.getIn(['sops', 'mac']);
      document.delete('sops');
      if (mac !== macOf(document.toString())) throw refusal('sops-tampered', path);
      visit(document, {
        Scalar: (_, node) => {
          const [, hex] = /^ENC\[TWIN,data:([0-9a-f]*)\]$/.exec(String(node.value)) ?? [];
          if (hex !== undefined) node.value = Buffer.from(hex, 'hex').toString();
        },
      });
    }
    return documents.join('');
  }
}

function macOf(text: string): string {
  return createHash('sha256')
    .update(text.replace(/^---\n/, ''))
    .digest('hex');
}

function refusal(type: 'sops-key-missing' | 'sops-tampered', path: string): Refusal {
  return new Refusal({ type, doing: `decrypt ${path}`, reason: 'It does not fit.', remedy: 'Mend it.' });
}
