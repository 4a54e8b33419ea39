// Writes api.d.ts from the description that the program gives of itself.
import fs from 'node:fs';
import openapiTypescript, { astToString } from 'openapi-typescript';
import { start } from '../index.js';

const mq = await start();
const description = await mq.admin('GET', '/openapi.json');
await mq.stop();
const types = astToString(await openapiTypescript(adapted(description), { defaultNonNullable: false }));
fs.writeFileSync(new URL('../api.d.ts', import.meta.url), `// Made by \`npm run types\`.\n${types}`);

// The generator reads `schema` of a parameter, not `content`, and does not know what the JSON text in a string holds.
function adapted(value) {
  if (Array.isArray(value)) return value.map(adapted);
  if (typeof value !== 'object' || value === null) return value;
  const object = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, adapted(member)]));
  const { contentSchema, content, ...rest } = object;
  if (contentSchema) return { allOf: [{ type: 'string' }, { type: 'object', properties: { '~json': contentSchema } }] };
  if (typeof rest.in === 'string' && content) return { ...rest, schema: content['application/json'].schema };
  return object;
}
