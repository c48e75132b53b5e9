// An array of buses within a bus within a bus, by element.
pragma circom 2.2.0;
bus Cell(n) { signal bits[n]; }
bus Row(n, m) { Cell(m) cells[n]; signal count; }
bus Table(n, m) { Row(n, m) rows[2]; }
template Main(n, m) {
    input Table(n, m) in;
    output Table(n, m) out;
    for (var r = 0; r < 2; r++) {
        for (var i = 0; i < n; i++) {
            for (var j = 0; j < m; j++) {
                out.rows[r].cells[i].bits[j] <== in.rows[1 - r].cells[i].bits[m - 1 - j];
            }
        }
        out.rows[r].count <== in.rows[r].count * in.rows[1 - r].cells[0].bits[0];
    }
}
component main = Main(2, 3);
