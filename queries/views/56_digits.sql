-- Numbers longer than any type. A lambda of two is more than sqlfluff reads: see .sqlfluffignore.

-- digits_rest(digits, base): a number of any length modulo the prime 2^89-1: who shares that is the same number.
CREATE OR REPLACE MACRO digits_rest(digits, base) AS list_reduce(
    list_transform(string_split(digits, ''), lambda digit: (instr('0123456789abcdef', digit) - 1)::HUGEINT),
    lambda found, digit: (found * base + digit) % 618970019642690137449562111,
    0::HUGEINT
);
