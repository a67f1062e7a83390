"""Rules of performance, one file a family, after the KTH rule system.

Amounts are the numbers that Director Musices' source states (docfry/Director-Musices); no code is taken.
Where a rule of theirs moves an onset, only its level and its sounding length are used here: the beats stand
where the tempo map puts them, for the picture does, and a final ritard is the tempo map's own affair.
"""
