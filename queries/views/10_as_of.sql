-- The day that every view speaks of: `SET VARIABLE as_of = DATE '2024-05-08'`; without it, today.
CREATE OR REPLACE MACRO as_of() AS coalesce(cast(getvariable('as_of') AS DATE), current_date);

-- A limit from data/thresholds.csv, in days.
CREATE OR REPLACE MACRO threshold(wanted) AS (
    SELECT rule_thresholds.days FROM rule_thresholds WHERE rule_thresholds.name = wanted
);
