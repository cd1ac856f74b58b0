// Holds JSON files to Slack's official types:
//
//	node check.mjs message|home|modal|manifest FILE…
//
// A file is one such thing, or an array of them. Whatever is wrong is printed
// as "FILE: path: reason", one a line, and the exit status is 1. Lengths and
// counts are in the types' comments only and are not checked here.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import Ajv from "ajv";

const here = dirname(fileURLToPath(import.meta.url));
const kinds = { message: "Message", home: "Home", modal: "Modal", manifest: "AppManifest" };

// schema makes the JSON schema of kit.ts, or reads the one made before. Several
// of us may run at once: it appears under its name whole.
async function schema() {
	const made = createHash("sha256");
	for (const file of ["kit.ts", "tsconfig.json", "package-lock.json", "check.mjs"]) made.update(readFileSync(join(here, file)));
	const cache = join(here, "node_modules", ".cache", "slack");
	const file = join(cache, `${made.digest("hex").slice(0, 16)}.json`);
	if (!existsSync(file)) {
		const { createGenerator } = await import("ts-json-schema-generator");
		const config = { path: join(here, "kit.ts"), tsconfig: join(here, "tsconfig.json"), type: "*" };
		mkdirSync(cache, { recursive: true });
		writeFileSync(`${file}.${process.pid}`, JSON.stringify(createGenerator(config).createSchema("*")));
		renameSync(`${file}.${process.pid}`, file);
	}
	return JSON.parse(readFileSync(file, "utf8").replaceAll('"#/definitions/', '"official#/definitions/'));
}

const official = await schema().catch((err) => {
	console.error(`kit.ts: ${err.message}`); // the error itself is a screen of the compiler's innards
	process.exit(2);
});
const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addSchema(official, "official");

// holds says whether the value is as a part of the schema has it.
function holds(part, value) {
	return ajv.validate(part, value);
}

// resolve follows a schema's references to where it says something.
function resolve(part) {
	while (part?.$ref) part = official.definitions[decodeURIComponent(part.$ref.replace("official#/definitions/", ""))];
	return part;
}

// explain says what is wrong, where it is wrong: ajv names every branch of
// every union that does not fit, we go down the one that was meant.
function explain(part, value, path) {
	part = resolve(part);
	if (holds(part, value)) return [];
	if (part.anyOf) return explainUnion(part.anyOf.map(resolve), value, path);
	if (part.allOf) return part.allOf.flatMap((each) => explain(each, value, path));
	if (part.type === "object" && value !== null && typeof value === "object" && !Array.isArray(value)) {
		return explainObject(part, value, path);
	}
	if (part.type === "array" && Array.isArray(value) && part.items && !Array.isArray(part.items)) {
		const wrong = value.flatMap((each, i) => explain(part.items, each, `${path}/${i}`));
		if (wrong.length > 0) return wrong;
	}
	holds(part, value);
	return ajv.errors.map(({ message, params }) => {
		const allowed = params.allowedValues ?? ("allowedValue" in params ? [params.allowedValue] : []);
		return [`${path || "/"}: ${message}`, allowed.join(", ")].filter(Boolean).join(": ");
	});
}

function explainUnion(branches, value, path) {
	branches = branches.flatMap((each) => each.anyOf?.map(resolve) ?? [each]);
	const typeOf = (each) => resolve(each.properties?.type);
	const meant = branches.filter((each) => typeOf(each) && holds(typeOf(each), value?.type));
	if (meant.length === 0 && branches.every(typeOf)) {
		const known = branches.flatMap((each) => typeOf(each).const ?? typeOf(each).enum);
		return [`${path}/type: ${JSON.stringify(value?.type)} is none of ${[...new Set(known)].sort().join(", ")}`];
	}
	const reasons = (meant.length > 0 ? meant : branches).map((each) => explain(each, value, path));
	return reasons.sort((a, b) => a.length - b.length)[0];
}

function explainObject(part, value, path) {
	const wrong = (part.required ?? []).filter((key) => !(key in value)).map((key) => `${path || "/"}: has no ${key}`);
	for (const [key, each] of Object.entries(value)) {
		const below = part.properties?.[key] ?? part.additionalProperties;
		if (below === false) wrong.push(`${path || "/"}: must not have ${key}`);
		else if (typeof below === "object") wrong.push(...explain(below, each, `${path}/${key}`));
	}
	return wrong;
}

function check(kind, file) {
	let value;
	try {
		value = JSON.parse(readFileSync(file, "utf8"));
	} catch (err) {
		return [`${file}: ${err.message}`];
	}
	const part = { $ref: `official#/definitions/${kinds[kind]}` };
	if (!Array.isArray(value)) return explain(part, value, "").map((reason) => `${file}: ${reason}`);
	return value.flatMap((each, i) => explain(part, each, `/${i}`)).map((reason) => `${file}: ${reason}`);
}

const [kind, ...files] = process.argv.slice(2);
if (!(kind in kinds) || files.length === 0) {
	console.error("usage: node check.mjs message|home|modal|manifest FILE…");
	process.exit(2);
}
const wrong = files.flatMap((file) => check(kind, file));
for (const line of wrong) console.error(line);
process.exitCode = wrong.length > 0 ? 1 : 0;
