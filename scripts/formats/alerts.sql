-- Alert packets as JSON: one document, an array or a single packet, or one packet a line.
CREATE TEMPORARY TABLE alert_line (number integer GENERATED ALWAYS AS IDENTITY, line text) ON COMMIT DROP;
CREATE TEMPORARY TABLE alert (packet jsonb) ON COMMIT DROP;

-- Moves the lines of a file to alert.
CREATE FUNCTION pg_temp.read_alerts(file text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    document jsonb;
    row record;
BEGIN
    BEGIN
        SELECT string_agg(line, E'\n' ORDER BY number)::jsonb INTO document FROM alert_line;
        INSERT INTO alert
        SELECT jsonb_array_elements(CASE jsonb_typeof(document) WHEN 'array' THEN document ELSE jsonb_build_array(document) END);
    EXCEPTION WHEN invalid_text_representation THEN
        FOR row IN SELECT number, line FROM alert_line WHERE line ~ '\S' ORDER BY number LOOP
            BEGIN
                INSERT INTO alert VALUES (row.line::jsonb);
            EXCEPTION WHEN invalid_text_representation THEN
                RAISE EXCEPTION '%:%: neither the file nor this line is a JSON document', file, row.number;
            END;
        END LOOP;
    END;
    TRUNCATE alert_line RESTART IDENTITY;
END $$;
