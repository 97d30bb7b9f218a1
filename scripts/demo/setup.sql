CREATE EXTENSION plasticc;

-- The challenge's classes.  Galactic ones have no host galaxy: hostgal_photoz is 0.
CREATE TABLE classes (class integer PRIMARY KEY, name text NOT NULL, galactic boolean);
INSERT INTO classes VALUES
    (6, 'uLens', true), (15, 'TDE', false), (16, 'EB', true), (42, 'SNII', false), (52, 'SNIax', false),
    (53, 'Mira', true), (62, 'SNIbc', false), (64, 'KN', false), (65, 'Mdwarf', true), (67, 'SNIa-91bg', false),
    (88, 'AGN', false), (90, 'SNIa', false), (92, 'RRL', true), (95, 'SLSN', false), (99, 'other', NULL);

-- The fold that each model classifies: the one that it was not trained on.
CREATE TABLE scored (fold integer PRIMARY KEY, model text NOT NULL);
