/** `openapi.yaml`, as the bundle and the tests have it: parsed when the service is built, and not when it starts. */
declare module '*.yaml' {
  const content: Readonly<Record<string, unknown>>;
  export default content;
}
