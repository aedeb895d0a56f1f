import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import type { Stack } from '../stack.ts';

const routes = `app.MapGet("/slow/{ms:int}", async (int ms) =>
{
    await Task.Delay(ms);
    return ms;
});
app.MapPost("/echo", (System.Text.Json.JsonElement body) => body);
app.MapGet("/call", async (IHttpClientFactory clients) =>
{
    using var client = clients.CreateClient();
    using var answer = await client.GetAsync(Environment.GetEnvironmentVariable("NEIGHBOUR"));
    return new { status = (int)answer.StatusCode };
});
app.Run();`;

export const dotnet: Stack = {
  name: 'dotnet',
  // ASP.NET's: HEAD is for no route, a method that nobody knows is one that is not allowed, and titles are its own.
  hasOwnAnswers: true,
  program: ({ dist }) => {
    // The file that `dotnet` starts is the one with a description of the runtime that it needs.
    const description = readdirSync(dist).find((name) => name.endsWith('.runtimeconfig.json'));
    if (!description) throw new Error(`There is no program in ${dist}.`);
    const program = description.replace(/\.runtimeconfig\.json$/, '.dll');
    return { command: 'dotnet', args: [program], cwd: dist, env: { DOTNET_EnableDiagnostics: '0' } };
  },
  /** The workspace's, IIS's, or an earlier build's. */
  isForeign: (path) => /^(project|global|package.*)\.json$|^web\.config$|(^|\/)stale\b/i.test(path),
  addTrialRoutes: (service) => service.edit('Program.cs', 'app.Run();', routes),
  lacks: (workspace) =>
    spawnSync('dotnet', ['--version'], { cwd: workspace }).status === 0
      ? undefined
      : {
          reason: 'there is no .NET SDK that suits the workspace',
          hint: 'install .NET SDK 10, or run this where there is one',
        },
};
