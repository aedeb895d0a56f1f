import { connect } from 'node:tls';

const timeoutMs = 2000;

/** Reports whether the server at an address of this machine uses TLS, whatever its certificate. Nothing is sent to it. */
export function probeTls(host: string): Promise<boolean> {
  const { hostname, port } = new URL(`https://${host}`);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || 443),
      rejectUnauthorized: false,
      timeout: timeoutMs,
    });
    const end = (speaks: boolean) => {
      socket.destroy();
      resolve(speaks);
    };
    socket.on('secureConnect', () => end(true));
    socket.on('error', () => end(false));
    socket.on('timeout', () => end(false));
  });
}
