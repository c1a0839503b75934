/* Exercice : créer un socket. */
#include <netinet/in.h> /* IPPROTO_TCP */
#include <stdio.h>      /* printf, perror */
#include <stdlib.h>     /* EXIT_SUCCESS, EXIT_FAILURE */
#include <sys/socket.h> /* socket, PF_INET, SOCK_STREAM */
#include <unistd.h>     /* close */

int main(void)
{
    /* Étape 1 : créer un socket TCP/IPv4. S'il n'a pas pu l'être (-1), perror() et EXIT_FAILURE. */

    /* Étape 2 : afficher son descripteur. */

    /* Étape 3 : le fermer, et terminer avec EXIT_SUCCESS. */

    fprintf(stderr, "creation_socket : à compléter\n");
    return EXIT_FAILURE;
}
