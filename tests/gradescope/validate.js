// Reads results.json as Gradescope would: node validate.js RESULTS. It may have only the
// fields of the published autograder specifications, with values of their kinds. Prints
// the score and the output.
'use strict';

const fs = require('fs');

function fail(text) {
    console.log(`gradescope: ${text}`);
    process.exit(1);
}

const isText = (v) => typeof v === 'string';
const isNumber = (v) => Number.isFinite(v);
const isObject = (v) => typeof v === 'object' && v !== null && !Array.isArray(v);
const isListOf = (is) => (v) => Array.isArray(v) && v.every(is);
const isOneOf = (...words) => (v) => words.includes(v);
const isFormat = isOneOf('text', 'html', 'simple_format', 'md', 'ansi');
const isVisibility = isOneOf('hidden', 'after_due_date', 'after_published', 'visible');

const resultFields = {
    score: isNumber,
    execution_time: isNumber,
    output: isText,
    output_format: isFormat,
    test_output_format: isFormat,
    test_name_format: isFormat,
    visibility: isVisibility,
    stdout_visibility: isVisibility,
    extra_data: isObject,
    tests: isListOf(isObject),
    leaderboard: isListOf(isObject),
};

const testFields = {
    score: isNumber,
    max_score: isNumber,
    status: isOneOf('passed', 'failed'),
    name: isText,
    name_format: isFormat,
    number: isText,
    output: isText,
    output_format: isFormat,
    tags: isListOf(isText),
    visibility: isVisibility,
    extra_data: isObject,
};

function check(what, object, fields) {
    if (!isObject(object))
        fail(`${what} is no object`);
    for (const [name, value] of Object.entries(object)) {
        if (!(name in fields))
            fail(`${what}: the specifications have no field ${name}`);
        if (!fields[name](value))
            fail(`${what}: a wrong ${name}: ${JSON.stringify(value).slice(0, 100)}`);
    }
}

const results = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
check('the results', results, resultFields);
const tests = results.tests ?? [];
tests.forEach((test, k) => check(`test ${k + 1}`, test, testFields));
if (!('score' in results) && !(tests.length > 0 && tests.every((test) => 'score' in test)))
    fail('neither a score nor a score of each test');
if (tests.some((test) => test.score < 0 || test.score > (test.max_score ?? Infinity)))
    fail('a score out of its bounds');
// What students see as the sum is what they get.
const sum = tests.reduce((all, test) => all + test.score, 0);
if (tests.length > 0 && 'score' in results && Math.abs(sum - results.score) > 0.01)
    fail(`the scores of the tests make ${sum}, not ${results.score}`);
console.log(`${results.score} ${results.output ?? ''}`);
