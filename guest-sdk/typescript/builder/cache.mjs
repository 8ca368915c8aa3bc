// What a project's builds leave behind, in PROJECT/.syncline/build.
import fs from 'node:fs';
import path from 'node:path';

/** Older components of an integration that are kept, for an edit that is undone. */
const KEPT = 3;

export class Cache {
    constructor(root) {
        const own = path.join(root, '.syncline');
        this.folder = path.join(own, 'build');
        fs.mkdirSync(this.folder, { recursive: true });
        const ignore = path.join(own, '.gitignore');
        if (!fs.existsSync(ignore)) fs.writeFileSync(ignore, '*\n');
    }

    path(integration, build) {
        return path.join(this.folder, `${integration}-${build.slice(0, 16)}.wasm`);
    }

    /** The size of a component that was built from the same, and a note that it is in use. */
    lookup(integration, build) {
        const file = this.path(integration, build);
        const stat = fs.statSync(file, { throwIfNoEntry: false });
        if (!stat) return null;
        const now = new Date();
        fs.utimesSync(file, now, now);
        return stat.size;
    }

    insert(integration, build, component) {
        const file = this.path(integration, build);
        // Whole or not at all, whoever else builds.
        const temporary = `${file}.${process.pid}`;
        fs.writeFileSync(temporary, component);
        fs.renameSync(temporary, file);
        this.#forget(integration);
    }

    #forget(integration) {
        const own = new RegExp(`^${integration.replace(/[^A-Za-z0-9_-]/g, '\\$&')}-[0-9a-f]{16}\\.wasm$`);
        const files = fs.readdirSync(this.folder).filter((name) => own.test(name)).map((name) => path.join(this.folder, name));
        const age = new Map(files.map((file) => [file, fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0]));
        files.sort((a, b) => age.get(b) - age.get(a));
        for (const file of files.slice(KEPT)) fs.rmSync(file, { force: true });
    }
}
