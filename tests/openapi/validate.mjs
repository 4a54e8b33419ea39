// node validate.mjs FILE: whether @apidevtools/swagger-parser takes the description, and whether operations can be generated
// from it: each needs an operationId of its own.
import SwaggerParser from '@apidevtools/swagger-parser';

const description = await SwaggerParser.validate(process.argv[2]);
const ids = Object.values(description.paths).flatMap((path) => Object.values(path).map((operation) => operation.operationId));
if (ids.some((id) => !id) || new Set(ids).size !== ids.length) throw new Error(`operationIds: ${ids}`);
console.log(`${ids.length} operations`);
