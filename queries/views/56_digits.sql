-- Digits as letters print them: numbers longer than any type, and fingerprints with a slip. A lambda of two is more than sqlfluff reads: see .sqlfluffignore.

-- digits_rest(digits, base): a number of any length modulo the prime 2^89-1: who shares that is the same number.
CREATE OR REPLACE MACRO digits_rest(digits, base) AS list_reduce(
    list_transform(string_split(digits, ''), lambda digit: (instr('0123456789abcdef', digit) - 1)::HUGEINT),
    lambda found, digit: (found * base + digit) % 618970019642690137449562111,
    0::HUGEINT
);

-- is_nearly(printed, fingerprint): whether something printed is one or two characters off a fingerprint. Of three parts two
-- slips leave one whole, which is looked for first: the distance takes a hundred times as long.
CREATE OR REPLACE MACRO is_nearly(printed, fingerprint) AS length(printed) BETWEEN 62 AND 66 AND (
    contains(printed, fingerprint[1:21])
    OR contains(printed, fingerprint[22:42])
    OR contains(printed, fingerprint[43:64])
) AND levenshtein(printed, fingerprint) BETWEEN 1 AND 2;
