-- All that the extension creates: documented, and declared as engines need it that ship queries or run them in parallel.

CREATE VIEW members AS
SELECT classid, objid FROM pg_depend
WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
      AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'plasticc');
CREATE VIEW functions AS
SELECT p.* FROM pg_proc p JOIN members ON classid = 'pg_proc'::regclass AND objid = p.oid;

SELECT pg_describe_object(classid, objid, 0) AS undocumented
FROM members WHERE obj_description(objid, classid::regclass::name) IS NULL
    -- from 17 on the types that come with a type or a table are members too
    AND NOT (classid = 'pg_type'::regclass AND (SELECT typrelid <> 0 OR typelem <> 0 FROM pg_type WHERE oid = objid));

-- What reads no table is immutable and runs in parallel workers.
SELECT oid::regprocedure AS function, provolatile AS volatility, proparallel AS parallel
FROM functions WHERE provolatile <> 'i' OR proparallel <> 's'
ORDER BY oid::regprocedure::text COLLATE "C";

-- Nothing runs with its owner's rights, nothing claims to tell nothing of its arguments.
SELECT oid::regprocedure AS careless FROM functions WHERE prosecdef OR proleakproof OR proconfig IS NOT NULL;

-- Aggregates can be made in parts, whose states travel.
SELECT a.aggfnoid::regprocedure AS aggregate, aggcombinefn::text, aggtranstype::regtype, typsend, typreceive
FROM functions f JOIN pg_aggregate a ON aggfnoid = f.oid JOIN pg_type t ON t.oid = aggtranstype
ORDER BY aggfnoid::regprocedure::text COLLATE "C";

-- Everybody may call functions, and nobody but the owner reads or writes models.
SELECT oid::regprocedure AS not_public FROM functions WHERE proacl IS NOT NULL;
SELECT relname, relacl FROM pg_class JOIN members ON classid = 'pg_class'::regclass AND objid = oid
WHERE relkind = 'r' ORDER BY 1;

DROP VIEW functions, members;
