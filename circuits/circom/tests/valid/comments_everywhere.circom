// Comments between all tokens.
pragma /* here */ circom 2.0.0; // and here
template /* a */ Main /* b */ ( /* c */ n /* d */ ) { /* e */
    signal /* f */ input a; /* g
    h */ signal output b; // i /* j
    b /* k */ <== /* l */ a * n; // */ m
}
component main /* o */ = Main(2);