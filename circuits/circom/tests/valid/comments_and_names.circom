/* A comment
   over lines */ pragma circom 2.0.0; // and one to the end

template $Odd_name1(n_1) { /**/
    signal input _in; signal output $out; // no inputs here
    $out <== _in * n_1 /* between */ + _in;
}

component main = $Odd_name1(3);
