import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { TestAuthority } from '../registries/test-authority.ts';

/** An admission webhook on this machine that allows everything, as long as it is there. */
export class AdmissionWebhook {
  /** How many requests it has answered. */
  answered = 0;
  readonly port: number;
  private readonly authority: string;
  private readonly server: Server;
  private readonly sockets = new Set<Duplex>();

  private constructor(server: Server, authority: string) {
    this.server = server;
    this.authority = authority;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket)).on('error', () => {});
    });
    server.on('request', (asked, answer) => {
      const pieces: Buffer[] = [];
      asked.on('data', (piece: Buffer) => pieces.push(piece));
      asked.on('end', () => {
        const { request } = JSON.parse(Buffer.concat(pieces).toString()) as { request: { uid: string } };
        this.answered++;
        const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' };
        const body = JSON.stringify({ ...review, response: { uid: request.uid, allowed: true } });
        answer.writeHead(200, { 'content-type': 'application/json' }).end(body);
      });
    });
  }

  static async start(): Promise<AdmissionWebhook> {
    const folder = mkdtempSync(join(tmpdir(), 'poc webhook '));
    try {
      const authority = new TestAuthority(folder);
      const { certificate, key } = authority.issue('webhook');
      const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return new AdmissionWebhook(server, authority.pem());
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** Returns how an API server on this machine reaches it, and trusts it. */
  get clientConfig(): { readonly url: string; readonly caBundle: string } {
    return { url: `https://127.0.0.1:${this.port}/`, caBundle: Buffer.from(this.authority).toString('base64') };
  }

  /** Is not there for some time: nobody listens. */
  async goAway(milliseconds: number): Promise<void> {
    this.close();
    await pause(milliseconds);
    await new Promise<void>((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}
