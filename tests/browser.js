// Pages in a browser: pictures of them, or what axe-core has against them.
//   node browser.js axe FILE...           one line for each violation
//   node browser.js shots FOLDER FILE...  a PNG per width and scheme, and print
// Needs playwright-core (and axe-core) where node finds them, and Chromium.
"use strict";

const fs = require("fs");
const path = require("path");
const { pathToFileURL } = require("url");
const { chromium } = require("playwright-core");

const WIDTHS = [320, 800, 1600];
const SCHEMES = ["light", "dark"];
const A4_WIDTH = 794; // CSS pixels

function findChromium() {
    const places = [
        process.env.CHROMIUM,
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    ];

    return places.find((place) => place && fs.existsSync(place));
}

// Opens the page and runs `work` on it; what the browser complains about
// (a style that the policy blocks, a request) is printed and counted.
async function withPage(browser, file, width, scheme, work) {
    const page = await browser.newPage({
        viewport: { width, height: 900 },
        colorScheme: scheme,
        bypassCSP: false,
    });
    const problems = [];

    page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning")
            problems.push(`console: ${message.text()}`);
    });
    page.on("request", (request) => {
        if (!/^(file|data):/.test(request.url()))
            problems.push(`request: ${request.url()}`);
    });
    await page.goto(pathToFileURL(path.resolve(file)).href);
    problems.push(...((await work(page)) || []));
    await page.close();
    for (const problem of problems)
        console.log(`${file} ${width} ${scheme}: ${problem}`);
    return problems.length;
}

// All rules in the light; in the dark, what the dark changes.
async function axeProblems(page) {
    const problems = [];

    await page.evaluate(require("axe-core").source);
    for (const scheme of SCHEMES) {
        await page.emulateMedia({ colorScheme: scheme });
        const found = await page.evaluate(
            (rules) => axe.run(rules ? { runOnly: rules } : {}),
            scheme === "dark" ? ["color-contrast"] : null,
        );
        for (const violation of found.violations)
            for (const node of violation.nodes)
                problems.push(
                    `${scheme}: ${violation.id}: ${node.target.join(" ")}`,
                );
    }
    return problems;
}

// WCAG 1.4.10: at 320 pixels nothing but a table or figure scrolls sideways.
async function reflowProblems(page) {
    await page.setViewportSize({ width: WIDTHS[0], height: 900 });
    const [inner, outer] = await page.evaluate(() => [
        document.scrollingElement.scrollWidth,
        document.scrollingElement.clientWidth,
    ]);

    return inner > outer ? [`reflow: ${inner} wide in ${outer}`] : [];
}

async function axe(browser, files) {
    let problems = 0;

    for (const file of files)
        problems += await withPage(browser, file, 1280, "light", async (page) => [
            ...(await axeProblems(page)),
            ...(await reflowProblems(page)),
        ]);
    return problems;
}

async function shots(browser, [folder, ...files]) {
    let problems = 0;

    fs.mkdirSync(folder, { recursive: true });
    for (const file of files) {
        const name = file.replace(/\.html$/, "").replace(/[^A-Za-z0-9.-]+/g, "_");
        const shot = (kind) => async (page) => {
            if (kind === "print") await page.emulateMedia({ media: "print" });
            await page.screenshot({
                path: path.join(folder, `${name}-${kind}.png`),
                fullPage: true,
            });
        };

        for (const width of WIDTHS)
            for (const scheme of SCHEMES)
                problems += await withPage(
                    browser, file, width, scheme, shot(`${width}-${scheme}`));
        problems += await withPage(
            browser, file, A4_WIDTH, "light", shot("print"));
    }
    return problems;
}

async function main([mode, ...rest]) {
    const modes = { axe, shots };
    const executablePath = findChromium();

    if (!modes[mode] || !executablePath) {
        console.error(executablePath ? "usage: axe|shots …" : "no Chromium");
        return 2;
    }
    const browser = await chromium.launch({
        executablePath,
        args: ["--no-sandbox"],
    });
    const problems = await modes[mode](browser, rest);

    await browser.close();
    return problems ? 1 : 0;
}

main(process.argv.slice(2)).then(
    (status) => process.exit(status),
    (error) => {
        console.error(error.message);
        process.exit(2);
    },
);
